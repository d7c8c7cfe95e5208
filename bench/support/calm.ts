import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waiting for a moment in which the machine does little else, so that a measurement is of what it is about. */

const SAMPLE_MS = 200;

export interface CalmOptions {
  /** Calm is when at most this share of all cores works. */
  readonly busyShare: number;
  /** Give up after this time: a machine that is never calm is measured as it is. */
  readonly atMostMs: number;
}

/** Resolves with whether it became calm. */
export async function waitForCalm({ busyShare, atMostMs }: CalmOptions): Promise<boolean> {
  const deadline = performance.now() + atMostMs;
  for (let before = readTicks(); ; ) {
    await sleep(SAMPLE_MS);
    const after = readTicks();
    if (busyBetween(before, after) <= busyShare) return true;
    if (performance.now() > deadline) return false;
    before = after;
  }
}

export interface Ticks {
  readonly idle: number;
  readonly total: number;
}

/** Of all cores since the machine started. */
export function readTicks(): Ticks {
  return parseStat(readFileSync('/proc/stat', 'utf8'));
}

/** The line of all cores together: user nice system idle iowait irq softirq steal (guests are within user). */
export function parseStat(text: string): Ticks {
  const ticks = /^cpu +(.*)$/m.exec(text)?.[1]?.split(' ').slice(0, 8).map(Number) ?? [];
  if (ticks.length < 8 || ticks.some(Number.isNaN)) throw new Error('/proc/stat has no line for all cores');
  return { idle: ticks[3]! + ticks[4]!, total: ticks.reduce((sum, value) => sum + value, 0) };
}

export function busyBetween(before: Ticks, after: Ticks): number {
  const total = after.total - before.total;
  return total > 0 ? 1 - (after.idle - before.idle) / total : 0;
}
