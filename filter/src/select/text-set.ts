import { Bytes, View } from '../../proxy-wasm/assembly/index';
import { hashBytes } from './hash';

/** A set of texts that answers in one hash and, as a rule, one comparison, however many texts it has. */
export class TextSet {
  private readonly slots: StaticArray<Bytes | null>;
  private readonly mask: i32;
  private longest: i32 = 0;

  constructor(texts: Bytes[]) {
    let size = 8;
    while (size < texts.length * 2) size <<= 1;
    this.slots = new StaticArray<Bytes | null>(size);
    this.mask = size - 1;
    for (let i = 0; i < texts.length; i++) this.add(texts[i]);
  }

  private add(text: Bytes): void {
    this.longest = max(this.longest, text.length);
    let slot = <i32>hashBytes(text.address, text.length, 0) & this.mask;
    while (this.slots[slot] !== null) slot = (slot + 1) & this.mask;
    this.slots[slot] = text;
  }

  has(value: View): bool {
    if (value.length > this.longest) return false;
    let slot = <i32>hashBytes(value.address, value.length, 0) & this.mask;
    while (true) {
      const text = this.slots[slot];
      if (text === null) return false;
      if (value.equals(text)) return true;
      slot = (slot + 1) & this.mask;
    }
  }
}
