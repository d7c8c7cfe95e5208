/**
 * What brakes have decided, as it is kept over a restart of the control plane: by the clock of the machine, because ours
 * begins anew. Where that clock was set meanwhile, copies stay stopped no longer than they were to be.
 */
import { dateOf, steadyOf } from '../../clock/index.ts';
import type { BrakeState } from './brake-state.ts';
import type { Finding } from './worse.ts';

interface KeptBrake {
  /** ISO 8601, UTC, as all times here. */
  readonly stops: readonly string[];
  readonly on?: { readonly since: string; readonly releaseAt: string; readonly finding: Finding };
}

type KeptBrakes = Readonly<Record<string, KeptBrake>>;

/** A state of which nothing is to be remembered is left out. */
export function toKept(states: ReadonlyMap<string, BrakeState>): KeptBrakes {
  const worth = [...states].filter(([, { on, stoppedAtMs }]) => on || stoppedAtMs.length > 0);
  return Object.fromEntries(
    worth.map(([mirror, { on, stoppedAtMs }]) => [
      mirror,
      {
        stops: stoppedAtMs.map(timeOf),
        ...(on && { on: { since: timeOf(on.sinceMs), releaseAt: timeOf(on.releaseAtMs), finding: on.finding } }),
      },
    ]),
  );
}

/** Of what was never kept, or cannot be read, nothing. */
export function fromKept(kept: unknown, nowMs: number): Map<string, BrakeState> {
  try {
    return new Map(
      Object.entries((kept ?? {}) as KeptBrakes).map(([mirror, brake]) => [mirror, stateOf(brake, nowMs)]),
    );
  } catch {
    return new Map();
  }
}

function stateOf({ stops, on }: KeptBrake, nowMs: number): BrakeState {
  const stoppedAtMs = stops.map((stop) => Math.min(momentOf(stop), nowMs));
  if (!on) return { strikes: 0, stoppedAtMs };
  const { since, releaseAt, finding } = on;
  const wholeMs = momentOf(releaseAt) - momentOf(since);
  // Calm begins when the memory is back, and nobody has watched it meanwhile.
  const dueMs = finding.what === 'memory' ? nowMs + wholeMs : momentOf(releaseAt);
  const releaseAtMs = Math.min(dueMs, nowMs + wholeMs);
  return { strikes: 0, stoppedAtMs, on: { sinceMs: Math.min(momentOf(since), nowMs), releaseAtMs, finding } };
}

function timeOf(atMs: number): string {
  return dateOf(atMs).toISOString();
}

function momentOf(time: string): number {
  const atMs = steadyOf(new Date(time));
  if (Number.isNaN(atMs)) throw new RangeError(`no time: ${time}`);
  return atMs;
}
