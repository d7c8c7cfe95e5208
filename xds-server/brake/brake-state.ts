/** When copies stop by themselves and when they are tried again; of one mirror. */
import type { Finding } from './worse.ts';

export interface BrakeState {
  /** In a row; one alone may be chance. */
  readonly strikes: number;
  /** Absent: copies are sent as the policy says. */
  readonly on?: { readonly sinceMs: number; readonly releaseAtMs: number; readonly finding: Finding };
  /** When copies were stopped, within the last day, oldest first. */
  readonly stoppedAtMs: readonly number[];
}

export const RELEASED: BrakeState = Object.freeze({ strikes: 0, stoppedAtMs: Object.freeze([]) });

export interface Look {
  readonly finding: Finding | undefined;
  /** Envoy still has more memory than it may. */
  readonly isFull: boolean;
  readonly calmMs: number;
  readonly nowMs: number;
}

const STRIKES = 2;
const DAY_MS = 24 * 3_600_000;
/** Each stop within a day doubles the time until the next try, up to this many times. */
const MOST_CALMS = 8;

/** @returns the state from now on, and what has happened. */
export function next(
  before: BrakeState,
  { finding, isFull, calmMs, nowMs }: Look,
): { readonly state: BrakeState; readonly happened?: 'on' | 'released' } {
  const stoppedAtMs = before.stoppedAtMs.filter((atMs) => nowMs - atMs < DAY_MS);
  if (before.on) {
    // Calm begins when the memory is back.
    if (isFull && before.on.finding.what === 'memory') {
      return { state: { ...before, stoppedAtMs, on: { ...before.on, releaseAtMs: nowMs + calmMs } } };
    }
    if (nowMs < before.on.releaseAtMs) return { state: { ...before, stoppedAtMs } };
    return { state: { strikes: 0, stoppedAtMs }, happened: 'released' };
  }
  const strikes = finding ? before.strikes + 1 : 0;
  if (!finding || strikes < STRIKES) return { state: { strikes, stoppedAtMs } };
  const calms = Math.min(2 ** stoppedAtMs.length, MOST_CALMS);
  const on = { sinceMs: nowMs, releaseAtMs: nowMs + calmMs * calms, finding };
  return { state: { strikes: 0, stoppedAtMs: [...stoppedAtMs, nowMs], on }, happened: 'on' };
}
