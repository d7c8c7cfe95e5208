/**
 * Which elements of two sequences belong together, given a number for each that says what it is. The longest run of
 * common elements in common order where that is affordable; work and memory are bounded for any input.
 */

export type IndexPair = readonly [primary: number, candidate: number];

export interface Alignment {
  /** In order on both sides. */
  readonly kept: readonly IndexPair[];
  /** The same thing on both sides, but out of that order. */
  readonly moved: readonly IndexPair[];
}

/** More edits than these are not searched for exactly: the search's memory grows with their square. */
const MAX_EDITS = 512;
const MAX_SEARCH_STEPS = 4_000_000;

export function align(primary: Int32Array, candidate: Int32Array): Alignment {
  const partners = matchOccurrences(primary, candidate);
  const kept =
    (hasRepeats(primary) || hasRepeats(candidate) ? shortestEdit(primary, candidate) : undefined) ??
    longestIncreasing(partners);
  return { kept, moved: movedPairs(primary, candidate, kept) };
}

/** @param partners For each element its partner, -1 without one; none is anybody's twice. */
export function alignDistinct(partners: readonly number[]): Alignment {
  const kept = isIncreasing(partners) ? undefined : longestIncreasing(partners);
  const inOrder: IndexPair[] = [];
  const moved: IndexPair[] = [];
  let next = 0;
  for (let index = 0; index < partners.length; index++) {
    const partner = partners[index]!;
    if (partner < 0) continue;
    if (kept === undefined || kept[next]?.[0] === index) {
      inOrder.push([index, partner]);
      next++;
    } else moved.push([index, partner]);
  }
  return { kept: inOrder, moved };
}

function isIncreasing(partners: readonly number[]): boolean {
  let last = -1;
  for (const partner of partners) {
    if (partner < 0) continue;
    if (partner < last) return false;
    last = partner;
  }
  return true;
}

/** For each element of the primary its partner: the n-th occurrence goes with the n-th occurrence; -1 without one. */
function matchOccurrences(primary: Int32Array, candidate: Int32Array): Int32Array {
  const places = new Map<number, number[]>();
  for (let index = candidate.length - 1; index >= 0; index--) {
    const list = places.get(candidate[index]!);
    if (list) list.push(index);
    else places.set(candidate[index]!, [index]);
  }
  return primary.map((id) => places.get(id)?.pop() ?? -1);
}

function hasRepeats(ids: Int32Array): boolean {
  return new Set(ids).size < ids.length;
}

/** Exact when nothing repeats: then a common subsequence is an increasing one. O(n log n). */
function longestIncreasing(partners: ArrayLike<number>): IndexPair[] {
  const tails: number[] = [];
  const previous: number[] = [];
  for (let index = 0; index < partners.length; index++) {
    const partner = partners[index]!;
    previous.push(-1);
    if (partner < 0) continue;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (partners[tails[middle]!]! < partner) low = middle + 1;
      else high = middle;
    }
    if (low > 0) previous[index] = tails[low - 1]!;
    tails[low] = index;
  }
  const kept: IndexPair[] = [];
  for (let index = tails.at(-1) ?? -1; index >= 0; index = previous[index]!) kept.push([index, partners[index]!]);
  return kept.reverse();
}

/** Myers' greedy search ("An O(ND) Difference Algorithm", 1986). @returns undefined when it would take too long. */
function shortestEdit(a: Int32Array, b: Int32Array): IndexPair[] | undefined {
  const most = Math.min(a.length + b.length, MAX_EDITS);
  const offset = most + 1;
  const reached = new Int32Array(2 * most + 3);
  const history: Int32Array[] = [];
  let steps = 0;
  for (let edits = 0; edits <= most; edits++) {
    history.push(reached.slice(offset - edits - 1, offset + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down = goesDown(diagonal, edits, reached[offset + diagonal - 1]!, reached[offset + diagonal + 1]!);
      let x = down ? reached[offset + diagonal + 1]! : reached[offset + diagonal - 1]! + 1;
      const start = x;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      steps += x - start + 1;
      reached[offset + diagonal] = x;
      if (x >= a.length && x - diagonal >= b.length) return backtrack(history, a.length, b.length);
    }
    if (steps > MAX_SEARCH_STEPS) return undefined;
  }
  return undefined;
}

function goesDown(diagonal: number, edits: number, left: number, right: number): boolean {
  return diagonal === -edits || (diagonal !== edits && left < right);
}

function backtrack(history: readonly Int32Array[], lengthA: number, lengthB: number): IndexPair[] {
  const kept: IndexPair[] = [];
  let x = lengthA;
  let y = lengthB;
  for (let edits = history.length - 1; x > 0 || y > 0; edits--) {
    const before = history[edits]!;
    const at = (diagonal: number) => before[diagonal + edits + 1]!;
    const diagonal = x - y;
    const down = goesDown(diagonal, edits, at(diagonal - 1), at(diagonal + 1));
    const fromDiagonal = down ? diagonal + 1 : diagonal - 1;
    const fromX = edits === 0 ? 0 : at(fromDiagonal);
    const fromY = edits === 0 ? 0 : fromX - fromDiagonal;
    while (x > fromX && y > fromY) kept.push([--x, --y]);
    x = fromX;
    y = fromY;
  }
  return kept.reverse();
}

function movedPairs(primary: Int32Array, candidate: Int32Array, kept: readonly IndexPair[]): IndexPair[] {
  const keptPrimary = new Set(kept.map(([index]) => index));
  const keptCandidate = new Set(kept.map(([, index]) => index));
  const free = new Map<number, number[]>();
  for (let index = candidate.length - 1; index >= 0; index--) {
    if (keptCandidate.has(index)) continue;
    const list = free.get(candidate[index]!);
    if (list) list.push(index);
    else free.set(candidate[index]!, [index]);
  }
  const moved: IndexPair[] = [];
  if (free.size === 0) return moved;
  primary.forEach((id, index) => {
    if (keptPrimary.has(index)) return;
    const partner = free.get(id)?.pop();
    if (partner !== undefined) moved.push([index, partner]);
  });
  return moved;
}
