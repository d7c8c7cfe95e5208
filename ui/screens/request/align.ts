/**
 * Which items of two sequences stand beside each other: equal ones in the same order (a longest common subsequence where the
 * sequences are short enough, else those that occur once), and between them what is left, one by one.
 */
export type Partner = readonly [one: number | undefined, other: number | undefined];

/** Steps of the exact method; beyond it, landmarks do. */
const MAX_STEPS = 1_000_000;

export function align(one: readonly string[], other: readonly string[]): Partner[] {
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  const shorter = Math.min(one.length, other.length) - start;
  while (end < shorter && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const pairs: Array<readonly [number, number]> = [];
  for (let at = 0; at < start; at += 1) pairs.push([at, at]);
  const [to, toOther] = [one.length - end, other.length - end];
  const find = (to - start) * (toOther - start) <= MAX_STEPS ? longestCommon : landmarks;
  pairs.push(...find(one, other, start, to, toOther));
  for (let at = 0; at < end; at += 1) pairs.push([to + at, toOther + at]);
  return withRest(pairs, one.length, other.length);
}

type Pairs = Array<readonly [number, number]>;

function longestCommon(
  one: readonly string[],
  other: readonly string[],
  start: number,
  to: number,
  toOther: number,
): Pairs {
  const [rows, columns] = [to - start, toOther - start];
  const lengths = new Uint32Array((rows + 1) * (columns + 1));
  const at = (row: number, column: number) => row * (columns + 1) + column;
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      lengths[at(row, column)] =
        one[start + row] === other[start + column]
          ? lengths[at(row + 1, column + 1)]! + 1
          : Math.max(lengths[at(row + 1, column)]!, lengths[at(row, column + 1)]!);
    }
  }
  const pairs: Pairs = [];
  let row = 0;
  let column = 0;
  while (row < rows && column < columns) {
    if (one[start + row] === other[start + column]) pairs.push([start + row++, start + column++]);
    else if (lengths[at(row + 1, column)]! >= lengths[at(row, column + 1)]!) row += 1;
    else column += 1;
  }
  return pairs;
}

/** Items that occur once on either side, as far as their order is the same. */
function landmarks(
  one: readonly string[],
  other: readonly string[],
  start: number,
  to: number,
  toOther: number,
): Pairs {
  const once = onlyOnce(one, start, to);
  const onceInOther = onlyOnce(other, start, toOther);
  const pairs: Pairs = [];
  let last = -1;
  for (const [item, at] of once) {
    const there = onceInOther.get(item);
    if (there === undefined || there <= last) continue;
    pairs.push([at, there]);
    last = there;
  }
  return pairs;
}

function onlyOnce(items: readonly string[], start: number, to: number): Map<string, number> {
  const first = new Map<string, number>();
  const repeated = new Set<string>();
  for (let at = start; at < to; at += 1) {
    if (first.has(items[at]!)) repeated.add(items[at]!);
    else first.set(items[at]!, at);
  }
  for (const item of repeated) first.delete(item);
  return first;
}

function withRest(pairs: Pairs, length: number, otherLength: number): Partner[] {
  const all: Partner[] = [];
  let [at, there] = [0, 0];
  for (const [next, nextThere] of [...pairs, [length, otherLength] as const]) {
    while (at < next || there < nextThere) {
      all.push([at < next ? at++ : undefined, there < nextThere ? there++ : undefined]);
    }
    if (next < length || nextThere < otherLength) all.push([at++, there++]);
  }
  return all;
}
