/**
 * A rollout that was started: all that is stored of it. Plain data; what changes it makes a new one, and a change that
 * people should hear of comes with its event.
 */
import {
  type RolloutPlan,
  type RolloutState,
  type Status,
  stepsOf,
  type UsersBySide,
  weightsOf,
} from '../../rollout/index.ts';
import type { Exposure, RolloutEventView } from './view.ts';

export interface Run {
  /** As it was when it was started, whatever becomes of the document meanwhile. */
  readonly plan: RolloutPlan;
  readonly state: RolloutState;
  /** Services that it is about: what was decided of these holds for no others. */
  readonly primary: string;
  readonly shadow: string;
  readonly startedBy: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Users' requests that the candidate answered. */
  readonly exposed: { readonly total: Exposure; readonly step: Exposure };
  /** Users' requests by side, as they were when the state was decided by them: a restart goes on from there. */
  readonly counted?: readonly UsersBySide[];
  /**
   * Of a rollout that is being finished. `writing`: the policy has yet to change. `settling`: it has, and users' shares are
   * kept for Envoys that still have the routes of before. Absent: there is nothing left to do.
   */
  readonly finish?: 'writing' | 'settling';
  /** Oldest first. */
  readonly events: readonly RolloutEventView[];
}

/** Gates and the shell itself, where nobody asked. */
export const BY_ITSELF = 'shadowplane';

const MAX_EVENTS = 200;
const NOBODY: Exposure = { requests: 0, failed: 0 };

export interface Origin {
  readonly plan: RolloutPlan;
  readonly primary: string;
  readonly shadow: string;
  readonly by: string;
  readonly at: Date;
}

export function newRun(state: RolloutState, { plan, primary, shadow, by, at }: Origin): Run {
  const run: Run = {
    plan,
    state,
    primary,
    shadow,
    startedBy: by,
    startedAt: at.toISOString(),
    exposed: { total: NOBODY, step: NOBODY },
    events: [],
  };
  return withEvent(run, { kind: 'start', by, at });
}

/** The same with another state; with an event where that is news for people. */
export function moved(run: Run, state: RolloutState, by: string, at: Date, kind = kindOf(run.state, state)): Run {
  if (state === run.state) return run;
  const isOtherStep = state.step !== run.state.step;
  const exposed = isOtherStep ? { ...run.exposed, step: NOBODY } : run.exposed;
  const next: Run = { ...run, state, exposed };
  return kind === undefined ? next : withEvent(next, { kind, by, at });
}

function kindOf(before: RolloutState, after: RolloutState): string | undefined {
  const isOnward = after.step > before.step;
  if (after.status !== before.status) {
    if (after.status === 'rolled-back' || after.status === 'paused') return 'failed';
    if (after.status === 'aborted') return 'abort';
    if (after.status === 'running') return isOnward ? 'step' : 'began-again';
    return 'passed';
  }
  if (isOnward) return 'step';
  return after.why !== before.why ? 'began-again' : undefined;
}

function withEvent(run: Run, { kind, by, at }: { kind: string; by: string; at: Date }): Run {
  const { plan, state } = run;
  const event: RolloutEventView = {
    at: at.toISOString(),
    kind,
    by,
    status: state.status,
    step: stepsOf(plan)[state.step]?.name ?? '',
    why: state.why,
    weights: weightsOf(plan, state),
  };
  return { ...run, events: [...run.events, event].slice(-MAX_EVENTS) };
}

/** Users' requests that the candidate answered since the last look. */
export function exposedTo(run: Run, more: Exposure): Run {
  if (more.requests === 0 && more.failed === 0) return run;
  const add = ({ requests, failed }: Exposure): Exposure => ({
    requests: requests + more.requests,
    failed: failed + more.failed,
  });
  return { ...run, exposed: { total: add(run.exposed.total), step: add(run.exposed.step) } };
}

/** In these nobody is moved any further: they are put in force before they are stored. */
const SAFE: readonly Status[] = ['rolled-back', 'aborted', 'paused'];

export function isRetreat({ status }: RolloutState): boolean {
  return SAFE.includes(status);
}
