/** Bodies of no known form: equal or not, shown by size and hash. */
import { createHash } from 'node:crypto';
import type { Findings } from './difference.ts';
import type { CompiledRules } from './rule-matcher.ts';

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && Buffer.compare(one, other) === 0;
}

/** @param name `:body`, or `:message` with `index` as the message's number, from 0. */
export function diffBytes(
  primary: Uint8Array,
  candidate: Uint8Array,
  name: ':body' | ':message',
  rules: CompiledRules,
  findings: Findings,
  index?: number,
): void {
  if (sameBytes(primary, candidate)) return;
  const ignore = rules.outside(name).ignore;
  if (ignore) {
    findings.hide(ignore.id);
    return;
  }
  findings.add({
    kind: 'value',
    path: index === undefined ? name : `${name}/*`,
    pointer: index === undefined ? name : `${name}/${index}`,
    primary: describe(primary),
    candidate: describe(candidate),
  });
}

export function describe(bytes: Uint8Array): string {
  return `${bytes.length} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
}
