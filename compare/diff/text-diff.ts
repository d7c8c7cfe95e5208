/** Text by line: which lines were changed, removed or added. */
import { align } from './alignment.ts';
import type { Findings } from './difference.ts';
import { shorten } from './preview.ts';
import type { CompiledRules } from './rule-matcher.ts';

/** Lines beyond these are compared as one. */
const MAX_LINES = 100_000;

/** Pointers are `:body/12`, lines counted from 1, `:body` where only the line ends differ. */
export function diffText(primary: string, candidate: string, rules: CompiledRules, findings: Findings): void {
  if (primary === candidate) return;
  const ignore = rules.outside(':body').ignore;
  if (ignore) {
    findings.hide(ignore.id);
    return;
  }
  const one = primary.split(/\r\n|\n|\r/, MAX_LINES);
  const other = candidate.split(/\r\n|\n|\r/, MAX_LINES);
  const before = findings.count;
  const shorter = Math.min(one.length, other.length);
  let from = 0;
  while (from < shorter && one[from] === other[from]) from++;
  let behind = 0;
  while (behind < shorter - from && one.at(-1 - behind) === other.at(-1 - behind)) behind++;
  diffMiddle(one.slice(from, one.length - behind), other.slice(from, other.length - behind), from + 1, findings);
  if (findings.count > before) return;
  findings.add({
    kind: 'value',
    path: ':body',
    pointer: ':body',
    primary: `${primary.length} characters`,
    candidate: `${candidate.length} characters`,
  });
}

function diffMiddle(one: readonly string[], other: readonly string[], firstLine: number, findings: Findings): void {
  const numbers = new Map<string, number>();
  const number = (line: string) => {
    const known = numbers.get(line) ?? numbers.size;
    numbers.set(line, known);
    return known;
  };
  const { kept } = align(Int32Array.from(one, number), Int32Array.from(other, number));
  let before = [-1, -1];
  for (const next of [...kept, [one.length, other.length] as const]) {
    const removed = one.slice(before[0]! + 1, next[0]);
    const added = other.slice(before[1]! + 1, next[1]);
    for (let at = 0; at < Math.max(removed.length, added.length); at++) {
      const inPrimary = removed[at];
      const inCandidate = added[at];
      const kind = inPrimary === undefined ? 'extra' : inCandidate === undefined ? 'missing' : 'value';
      const line = firstLine + at + 1 + (kind === 'extra' ? before[1]! : before[0]!);
      const candidateLine = firstLine + at + 1 + before[1]!;
      findings.add({
        kind,
        path: ':body/*',
        pointer: `:body/${line}`,
        ...(kind === 'value' && candidateLine !== line && { candidatePointer: `:body/${candidateLine}` }),
        ...(inPrimary !== undefined && { primary: shorten(inPrimary) }),
        ...(inCandidate !== undefined && { candidate: shorten(inCandidate) }),
      });
    }
    before = [next[0], next[1]];
  }
}
