import fc from 'fast-check';
import { expect, test } from 'vitest';
import { align } from './alignment.ts';

const ids = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 14 });

function longestCommon(a: readonly number[], b: readonly number[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const one of a) {
    const next = [0];
    b.forEach((other, at) => {
      next.push(one === other ? row[at]! + 1 : Math.max(row[at + 1]!, next[at]!));
    });
    row = next;
  }
  return row.at(-1)!;
}

test('what is kept is a longest common subsequence; what moved is all else that both have', () => {
  fc.assert(
    fc.property(ids, ids, (a, b) => {
      const { kept, moved } = align(Int32Array.from(a), Int32Array.from(b));
      expect(kept).toHaveLength(longestCommon(a, b));
      kept.forEach(([index, partner], at) => {
        expect(a[index]).toBe(b[partner]);
        if (at > 0) expect(index > kept[at - 1]![0] && partner > kept[at - 1]![1]).toBe(true);
      });
      const all = [...kept, ...moved];
      for (const side of [0, 1]) expect(new Set(all.map((pair) => pair[side]!)).size).toBe(all.length);
      for (const [index, partner] of moved) expect(a[index]).toBe(b[partner]);
      const common = [0, 1, 2, 3, 4, 5, 6].map((id) => Math.min(count(a, id), count(b, id)));
      expect(all).toHaveLength(common.reduce((sum, each) => sum + each));
    }),
    { numRuns: 1000 },
  );
});

function count(list: readonly number[], id: number): number {
  return list.filter((other) => other === id).length;
}

test('long sequences with little in common end soon', () => {
  const noise = (seed: number) =>
    Int32Array.from({ length: 100_000 }, (_, index) => Math.imul(index + seed, 2654435761) >>> 22);
  const before = process.cpuUsage().user;
  const { kept, moved } = align(noise(1), noise(77_777));
  expect(kept.length + moved.length).toBeGreaterThan(50_000);
  expect(process.cpuUsage().user - before).toBeLessThan(5_000_000);
});
