/** What both versions answered within a stretch of time, drawn from a world. */
import { normalQuantile } from '../../compare/judge/index.ts';
import { type ByVersion, cellOf, type LatencyCells, type SideCounts, type StratumCounts } from '../../rollout/index.ts';
import type { Random } from '../support/index.ts';
import type { Version, World } from './worlds.ts';

/** Pairs in which both were asked: copies, or real users with a copy for the other side. */
export function draw(world: World, pairs: number, isBad: boolean, random: Random): StratumCounts {
  const candidate = isBad ? world.candidate : world.primary;
  const candidateOnly = Math.min(pairs, poisson(pairs * ((isBad ? world.differing : 0) + world.noise), random));
  const side = (version: Version) => ({
    hits: Math.min(pairs, poisson(pairs * version.errors, random)),
    trials: pairs,
  });
  return {
    pairs,
    candidateOnly,
    controlOnly: Math.min(pairs - candidateOnly, poisson(pairs * world.noise, random)),
    errors: { primary: side(world.primary), candidate: side(candidate) },
    latency: {
      primary: drawLatency(world.primary, pairs, random),
      candidate: drawLatency(candidate, pairs, random),
    },
  };
}

/** Users' own requests, by the side that answered them. */
export function drawUsers(
  world: World,
  requests: ByVersion<number>,
  isBad: boolean,
  random: Random,
): ByVersion<SideCounts> {
  const side = ({ errors }: Version, count: number) => ({
    requests: count,
    failed: Math.min(count, poisson(count * errors, random)),
  });
  return {
    primary: side(world.primary, requests.primary),
    candidate: side(isBad ? world.candidate : world.primary, requests.candidate),
  };
}

/** Each cell of the histogram on its own: a Poisson number of values with the cell's expected count. */
function drawLatency(version: Version, values: number, random: Random): LatencyCells {
  const cells = new Map<number, number>();
  for (const [cell, share] of sharesOf(version)) {
    const count = poisson(values * share, random);
    if (count > 0) cells.set(cell, count);
  }
  return cells;
}

const known = new Map<string, ReadonlyArray<readonly [cell: number, share: number]>>();

/** By the middle of equally likely slices, which is exact enough for cells of 1%. */
function sharesOf({ medianMs, sigma }: Version): ReadonlyArray<readonly [cell: number, share: number]> {
  const key = `${medianMs} ${sigma}`;
  const found = known.get(key);
  if (found) return found;
  const slices = 20_000;
  const counts = new Map<number, number>();
  for (let slice = 0; slice < slices; slice += 1) {
    const cell = cellOf(medianMs * Math.exp(sigma * normalQuantile((slice + 0.5) / slices)));
    counts.set(cell, (counts.get(cell) ?? 0) + 1 / slices);
  }
  const shares = [...counts];
  known.set(key, shares);
  return shares;
}

/** Knuth's product below 30, else the normal approximation. */
export function poisson(mean: number, random: Random): number {
  if (mean <= 0) return 0;
  if (mean < 30) {
    const limit = Math.exp(-mean);
    let count = -1;
    for (let product = 1; product > limit; count += 1) product *= random();
    return count;
  }
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
}
