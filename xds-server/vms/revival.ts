/** When a dead machine is brought back, and when that ends: what kills it may do so again, with requests in flight. */

export interface RevivalPolicy {
  /** Before the first, the second... revival of the last `withinMs`; beyond them the filter stays off. */
  readonly pausesMs: readonly number[];
  readonly withinMs: number;
  /** After a revival, until the new machine has had time to begin. */
  readonly settleMs: number;
}

const REVIVAL_POLICY: RevivalPolicy = Object.freeze({
  pausesMs: Object.freeze([0, 10_000, 60_000, 300_000]),
  withinMs: 3_600_000,
  settleMs: 6_000,
});

/** Of one role, in all Envoys together, because they are served the same. */
export interface RevivalState {
  /** Part of the machines' configuration: another number makes other machines. */
  readonly generation: number;
  /** Since when one is known to be dead; absent: none is. */
  readonly deadSinceMs?: number;
  /** Of the last `withinMs`, oldest first. */
  readonly revivedAtMs: readonly number[];
  /** Not brought back any more, until somebody asks for it. */
  readonly off: boolean;
}

export const ALIVE: RevivalState = Object.freeze({ generation: 0, revivedAtMs: Object.freeze([]), off: false });

export type Step = 'died' | 'revived' | 'off';

/**
 * @param dead whether a machine is dead now.
 * @returns the state from now on and what has happened, in order; `revived` means that the machines are to be made anew.
 */
export function next(
  before: RevivalState,
  dead: boolean,
  nowMs: number,
  policy: RevivalPolicy = REVIVAL_POLICY,
): { readonly state: RevivalState; readonly steps: readonly Step[] } {
  const revivedAtMs = before.revivedAtMs.filter((atMs) => nowMs - atMs < policy.withinMs);
  const { deadSinceMs: _, ...alive } = { ...before, revivedAtMs };
  if (before.off) return { state: { ...before, revivedAtMs }, steps: [] };
  const deadSinceMs = before.deadSinceMs ?? nowMs;
  if (before.deadSinceMs === undefined) {
    const last = revivedAtMs.at(-1);
    const settles = last !== undefined && nowMs - last < policy.settleMs;
    if (!dead || settles) return { state: alive, steps: [] };
  }
  const steps: Step[] = before.deadSinceMs === undefined ? ['died'] : [];
  const pauseMs = policy.pausesMs[revivedAtMs.length];
  if (pauseMs === undefined) return { state: { ...alive, deadSinceMs, off: true }, steps: [...steps, 'off'] };
  if (nowMs - deadSinceMs < pauseMs) return { state: { ...alive, deadSinceMs }, steps };
  return { state: revived(alive, nowMs), steps: [...steps, 'revived'] };
}

/** By hand: at once, and the count of revivals begins anew. */
export function reviveNow(before: RevivalState, nowMs: number): RevivalState {
  return revived({ ...before, revivedAtMs: [], off: false }, nowMs);
}

/** When the next revival is due; undefined when none is. */
export function dueAtMs(
  { deadSinceMs, revivedAtMs, off }: RevivalState,
  { pausesMs }: RevivalPolicy = REVIVAL_POLICY,
): number | undefined {
  const pauseMs = pausesMs[revivedAtMs.length];
  return off || deadSinceMs === undefined || pauseMs === undefined ? undefined : deadSinceMs + pauseMs;
}

function revived({ deadSinceMs: _, ...state }: RevivalState, nowMs: number): RevivalState {
  return { ...state, generation: state.generation + 1, revivedAtMs: [...state.revivedAtMs, nowMs] };
}
