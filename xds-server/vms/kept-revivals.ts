/**
 * What the filter's keeper has done, as it is kept over a restart of the control plane, by the clock of the machine. The
 * generation above all: Envoys would make their machines anew for another one, for nothing.
 */
import { dateOf, steadyOf } from '../../clock/index.ts';
import { ALIVE, type RevivalState } from './revival.ts';
import { VM_ROLES, type VmRole } from './signs.ts';

/** The last death that was found, for people. */
export interface LastDeath {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly nodes: readonly string[];
  readonly reason: string;
}

/** Of one role. */
export interface Revivals {
  readonly state: RevivalState;
  readonly deaths: number;
  readonly revivals: number;
  readonly last: LastDeath | null;
}

const NO_REVIVALS: Revivals = Object.freeze({ state: ALIVE, deaths: 0, revivals: 0, last: null });

interface KeptRevivals {
  readonly generation: number;
  readonly deadSince: string | null;
  readonly revivedAt: readonly string[];
  readonly off: boolean;
  readonly deaths: number;
  readonly revivals: number;
  readonly last: LastDeath | null;
}

export function toKept(all: Readonly<Record<VmRole, Revivals>>): Record<VmRole, KeptRevivals> {
  return byRole((role) => {
    const { state, deaths, revivals, last } = all[role];
    const { generation, deadSinceMs, revivedAtMs, off } = state;
    const deadSince = deadSinceMs === undefined ? null : timeOf(deadSinceMs);
    return { generation, deadSince, revivedAt: revivedAtMs.map(timeOf), off, deaths, revivals, last };
  });
}

/** Of what was never kept, or cannot be read, nothing. */
export function fromKept(kept: unknown, nowMs: number): Record<VmRole, Revivals> {
  return byRole((role) => {
    const revivals = (kept as Partial<Record<VmRole, KeptRevivals>> | undefined)?.[role];
    try {
      return revivals ? revivalsOf(revivals, nowMs) : NO_REVIVALS;
    } catch {
      return NO_REVIVALS;
    }
  });
}

function revivalsOf({ deadSince, revivedAt, generation, off, ...counts }: KeptRevivals, nowMs: number): Revivals {
  const momentOf = (time: string): number => {
    const atMs = steadyOf(new Date(time));
    if (Number.isNaN(atMs)) throw new RangeError(`no time: ${time}`);
    // The clock may have been set back meanwhile.
    return Math.min(atMs, nowMs);
  };
  const state = {
    generation,
    revivedAtMs: revivedAt.map(momentOf),
    off,
    ...(deadSince !== null && { deadSinceMs: momentOf(deadSince) }),
  };
  return { state, ...counts };
}

function byRole<T>(of: (role: VmRole) => T): Record<VmRole, T> {
  return Object.fromEntries(VM_ROLES.map((role) => [role, of(role)])) as Record<VmRole, T>;
}

function timeOf(atMs: number): string {
  return dateOf(atMs).toISOString();
}
