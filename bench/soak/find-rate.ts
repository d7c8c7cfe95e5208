/** The rate that a machine holds: raised step by step until its CPU is about 70% busy or users would notice. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startTraffic } from '../../examples/orders/index.ts';
import { busyBetween, readTicks } from '../support/index.ts';
import { failuresOf } from './figures.ts';

const AIM = 0.7;
const FIRST_RATE = 100;
const FACTOR = 1.4;
const STEP_MS = 4_000;
const CONFIRM_MS = 20_000;
const CONFIRM_STEPS = 4;
const TOLERANCE = 0.03;
/** Connections are opened and caches filled; not measured. */
const SETTLE_MS = 1_000;

export interface FoundRate {
  readonly perSecond: number;
  /** Of all cores, at the last step; other work on the machine is in it. */
  readonly busyShare: number;
}

export async function findRate(url: string, onStep: (line: string) => void): Promise<FoundRate> {
  let best: FoundRate = { perSecond: FIRST_RATE, busyShare: 0 };
  for (let perSecond = FIRST_RATE, seed = 1_000; ; perSecond = Math.round(perSecond * FACTOR), seed += 1) {
    const { busyShare, failures, skipped } = await measureStep(url, perSecond, seed);
    onStep(`${perSecond}/s: CPU ${(busyShare * 100).toFixed(0)}%${failures > 0 ? `, ${failures} failures` : ''}`);
    if (failures > 0 || skipped > 0) return best;
    if (busyShare >= AIM) return confirmed(url, between(best, { perSecond, busyShare }), seed, onStep);
    best = { perSecond, busyShare };
  }
}

/**
 * Under a load that lasts, work that was put off (the comparison's, garbage) comes due: the rate is held for longer and
 * lowered in proportion until it is at the aim.
 */
async function confirmed(url: string, from: number, seed: number, onStep: (line: string) => void): Promise<FoundRate> {
  let found: FoundRate = { perSecond: from, busyShare: 1 };
  for (let step = 0; step < CONFIRM_STEPS; step += 1) {
    const { busyShare } = await measureStep(url, found.perSecond, seed + 1 + step, CONFIRM_MS);
    onStep(`${found.perSecond}/s for ${CONFIRM_MS / 1_000} s: CPU ${(busyShare * 100).toFixed(0)}%`);
    if (busyShare <= AIM + TOLERANCE) return { ...found, busyShare };
    found = { perSecond: Math.round((found.perSecond * AIM) / busyShare), busyShare };
  }
  return found;
}

async function measureStep(url: string, ratePerSecond: number, seed: number, forMs = STEP_MS) {
  const stop = new AbortController();
  const traffic = startTraffic({ url, ratePerSecond, seed, signal: stop.signal });
  await sleep(SETTLE_MS);
  const before = readTicks();
  await sleep(forMs - SETTLE_MS);
  const busyShare = busyBetween(before, readTicks());
  stop.abort();
  const stats = await traffic.done;
  return { busyShare, failures: failuresOf(stats), skipped: stats.skipped };
}

/** On the line from the step below the aim to the one above it. */
function between(below: FoundRate, above: FoundRate): number {
  const share = (AIM - below.busyShare) / Math.max(above.busyShare - below.busyShare, 1e-6);
  return Math.round(below.perSecond + Math.min(Math.max(share, 0), 1) * (above.perSecond - below.perSecond));
}
