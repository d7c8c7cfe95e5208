/** Draws from the distributions that the corpora need; all randomness comes from the given generator. */
import type { Random } from '../../support/index.ts';

interface Range {
  readonly min: number;
  readonly max: number;
}

export function uniform(random: Random, { min, max }: Range): number {
  return min + random() * (max - min);
}

/** Evenly on a logarithmic scale: as many between 0.1% and 1% as between 1% and 10%. */
export function logUniform(random: Random, { min, max }: Range): number {
  return min * (max / min) ** random();
}

/** A whole number, both ends included. */
export function wholeNumber(random: Random, { min, max }: Range): number {
  return min + Math.floor(random() * (max - min + 1));
}

/** A key, in proportion to its weight. */
export function weighted<Key extends string>(random: Random, weights: Readonly<Partial<Record<Key, number>>>): Key {
  const entries = Object.entries(weights) as Array<[Key, number]>;
  let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [key, weight] of entries) {
    left -= weight;
    if (left < 0) return key;
  }
  return entries.at(-1)![0];
}

/** Standard normal (Box and Muller 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A positive whole number, geometrically distributed with that mean (at least 1). */
export function geometric(random: Random, mean: number): number {
  return mean <= 1 ? 1 : 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / mean));
}

/** Calls `hit` for each index in [from, to) with that probability; takes time for the hits only. */
export function eachHit(random: Random, probability: number, from: number, to: number, hit: (at: number) => void) {
  if (probability <= 0) return;
  if (probability >= 1) {
    for (let at = from; at < to; at += 1) hit(at);
    return;
  }
  const scale = 1 / Math.log(1 - probability);
  for (let at = from - 1; ; ) {
    at += 1 + Math.floor(Math.log(1 - random()) * scale);
    if (at >= to) return;
    hit(at);
  }
}
