import { BlockList, isIP } from 'node:net';
import { ShadowplaneError } from '../../errors/index.ts';

/**
 * Who decides that work is shadow work. `always`: the whole process is a shadow (`SHADOW_MODE=true`). `marked`: a request
 * is, when a trusted proxy marked it. `off`: nothing is, because there is no proxy whose marker would be believed.
 */
export type GuardMode = 'always' | 'marked' | 'off';

/** What becomes of one request. `refused`: marked by somebody who is not trusted, so neither way of serving it is right. */
export type RequestMode = 'shadow' | 'real' | 'refused';

const TRUE = new Set(['true', '1']);
const FALSE = new Set(['', 'false', '0']);

/** Reads `SHADOW_MODE`. A value that is neither true nor false is an error: a typing mistake must not switch the guard off. */
export function readShadowMode(environment: NodeJS.ProcessEnv): boolean {
  const value = (environment.SHADOW_MODE ?? '').trim().toLowerCase();
  if (TRUE.has(value)) return true;
  if (FALSE.has(value)) return false;
  throw new ShadowplaneError('USAGE', `SHADOW_MODE is "${environment.SHADOW_MODE}"; it must be "true" or "false"`);
}

/** Addresses (`10.0.0.7`, `::1`) and networks (`10.1.0.0/16`) whose connections may carry the marker. */
export function trustedAddresses(entries: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const entry of entries) addEntry(list, entry);
  return (address) => {
    // A dual-stack socket shows IPv4 peers as ::ffff:10.0.0.7.
    const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
  };
}

function addEntry(list: BlockList, entry: string): void {
  const [address = '', prefix] = entry.split('/');
  const family = isIP(address);
  const bits = prefix === undefined ? undefined : Number(prefix);
  const most = family === 4 ? 32 : 128;
  if (family === 0 || (bits !== undefined && !(/^\d+$/.test(prefix!) && bits <= most))) {
    throw new ShadowplaneError('USAGE', `"${entry}" is neither an IP address nor a network such as 10.1.0.0/16`);
  }
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (bits === undefined) list.addAddress(address, type);
  else list.addSubnet(address, bits, type);
}
