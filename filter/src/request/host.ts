import { Bytes, View } from '../../proxy-wasm/assembly/index';

/** Cuts the port off an authority: `shop.example:8080`, `[::1]:8080`. */
export function dropPort(authority: View): void {
  let at = authority.length - 1;
  while (at >= 0 && authority.at(at) >= 0x30 && authority.at(at) <= 0x39) at--;
  if (at < 0 || authority.at(at) != 0x3a) return;
  const bracketed = authority.at(0) == 0x5b;
  const alone = authority.indexOf(0x3a, 0) == at;
  if (alone || (bracketed && authority.at(at - 1) == 0x5d)) authority.length = at;
}

/** A host name or `*.` and a name (any name below it, not the name itself), compared without regard to case. */
export class HostPattern {
  private readonly wildcard: bool;
  private readonly text: Bytes;

  /** `pattern` is lower case. */
  constructor(pattern: Bytes) {
    const wildcard = pattern.length > 1 && load<u8>(pattern.address) == 0x2a;
    this.wildcard = wildcard;
    this.text = wildcard ? Bytes.copy(pattern.address + 1, pattern.length - 1) : pattern;
  }

  matches(host: View): bool {
    const start = host.length - this.text.length;
    if (this.wildcard ? start <= 0 : start != 0) return false;
    for (let i = 0; i < this.text.length; i++) {
      let byte = host.at(start + i);
      if (byte >= 0x41 && byte <= 0x5a) byte |= 0x20;
      if (byte != load<u8>(this.text.address + i)) return false;
    }
    return true;
  }
}
