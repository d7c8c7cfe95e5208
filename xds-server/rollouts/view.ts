/** A rollout as `GET /mirrors/{name}/rollout` gives it, and as the command line and the page show it. */
import type { GateResult, Phase, RolloutPlan, Status, Weights } from '../../rollout/index.ts';
import type { Difference } from '../policy/differences.ts';

export interface RolloutView {
  readonly mirror: string;
  /** `none`: the policy has no plan for this mirror. `ready`: it has one, and nothing was started yet. */
  readonly status: Status | 'none' | 'ready';
  readonly phase: Phase | null;
  /** Of the plan that is under way (a plan changed later waits for the next start); null with `none`. */
  readonly plan: RolloutPlan | null;
  readonly steps: readonly StepView[];
  /** Index into `steps`; null before the first. */
  readonly step: number | null;
  /** Where traffic is to be now. */
  readonly weights: Weights;
  /** Why it is where it is, and what it waits for. */
  readonly why: string;
  readonly waitingFor: readonly string[];
  /** How long the step has counted, of how long it has to at least. */
  readonly elapsedMs: number;
  /** Those that failed first, then those that lack data. */
  readonly gates: readonly GateResult[];
  readonly checks: readonly CheckView[];
  /** Who has the weights; `waitingFor` says who has not. */
  readonly delivered: { readonly acked: number; readonly of: number; readonly waitingFor: string | null };
  /** Users' requests by the service that answered them, for each audience; since this process watches. */
  readonly users: readonly AudienceView[];
  /** Users' requests that the candidate answered, and those of them that failed: since the start, and since the step began. */
  readonly exposed: { readonly total: Exposure; readonly step: Exposure };
  /** Oldest first, at most 200. */
  readonly events: readonly RolloutEventView[];
  readonly startedAt: string | null;
  readonly startedBy: string | null;
  /** Which control plane drives it; null while nobody does. */
  readonly drivenBy: { readonly id: string; readonly isThis: boolean } | null;
}

export interface StepView {
  readonly name: string;
  readonly phase: 'mirror' | 'canary';
  readonly weights: Weights;
  readonly state: 'passed' | 'current' | 'ahead';
}

export interface CheckView {
  readonly name: string;
  readonly kind: 'webhook' | 'prometheus';
  readonly outcome: 'pass' | 'fail' | 'not-enough-data';
  /** What it said last, in words. */
  readonly why: string;
  readonly at: string | null;
}

export interface Exposure {
  readonly requests: number;
  readonly failed: number;
}

export interface AudienceView {
  /** `segment employees` or `sample`, as gates name their strata. */
  readonly stratum: string;
  /** Parts per million that the candidate answers. */
  readonly share: number;
  readonly primary: Exposure;
  readonly candidate: Exposure;
}

export interface RolloutEventView {
  readonly at: string;
  /** What was asked for, or `step`, `passed`, `failed`, `began-again`, `switched-off` where nobody asked. */
  readonly kind: string;
  /** Who asked; `shadowplane` where the gates did. */
  readonly by: string;
  readonly status: Status;
  /** Name of the step. */
  readonly step: string;
  readonly why: string;
  readonly weights: Weights;
}

/** What the event `rollout` tells: the view without what is long, and the newest of its events if it is new. */
export type RolloutNews = Omit<RolloutView, 'events' | 'plan'> & { readonly event: RolloutEventView | null };

/** What `POST .../rollout/{action}` answers with. */
export interface RolloutAnswer extends RolloutView {
  /** False: it is in force, and not in the store yet; that is tried until it works. Only where it went back. */
  readonly stored: boolean;
  /** What is left to do by hand, in words. */
  readonly todo: readonly string[];
  /** With `?wait=`, and of `rollback` and `abort` always: how many of the connected Envoys have acknowledged, and in what time. */
  readonly applied?: { readonly acked: number; readonly of: number; readonly tookMs: number };
}

/**
 * `POST .../rollout/{action}` answers with the view and more. With `{"dryRun": true}` nothing is done: `start` answers with the view
 * that it would begin with, of the plan that the policy has now, and `finish` with this.
 */
export interface FinishPreview {
  /** Of the policy that it was made for. */
  readonly revision: number;
  readonly differences: readonly Difference[];
}
