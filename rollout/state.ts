/** Where a rollout stands: all of it, as plain data, so that it can be stored and taken up again by whoever comes next. */
import type { Evidence, PrimaryBefore } from './evidence.ts';
import { AT_REST, type RolloutPlan, stepsOf, type Weights } from './plan.ts';
import type { Recent } from './recent.ts';

export const STATUSES = [
  'running',
  'paused',
  /** The next step belongs to a phase that a person must begin. */
  'awaiting-approval',
  /** Every step has been passed; the gates of the last one go on being asked until `finish`. */
  'passed',
  'rolled-back',
  'aborted',
  'finished',
] as const;

export type Status = (typeof STATUSES)[number];

export interface RolloutState {
  readonly status: Status;
  /** Index into `stepsOf(plan)`; -1 before the first, while a person has yet to promote. */
  readonly step: number;
  /** How long the step has had its weights at every Envoy and a comparison to watch it. */
  readonly elapsedMs: number;
  /** What had been counted when the step began, at the first look after that; null until then. */
  readonly baseline: Evidence | null;
  /** That look was before every Envoy had the weights: what was counted since may stop the step, and not end it. */
  readonly isEarly?: boolean;
  /**
   * Mirroring was switched off meanwhile: everybody is with the primary, also once it is on again, until a person goes on. Only
   * where it is paused.
   */
  readonly isOff?: boolean;
  /** Where windows of users' requests began; absent until one is full, and of runs that were stored by earlier versions. */
  readonly recent?: Recent;
  /** Of the candidate, when it was last seen in this rollout: another one has proven nothing. */
  readonly epoch?: number;
  /** Of the primary, what whoever counts it does not know any more. */
  readonly before?: PrimaryBefore;
  /** Why it is where it is. */
  readonly why: string;
}

/** States in which a candidate still answers whom the step says. */
const HOLDS: readonly Status[] = ['running', 'paused', 'awaiting-approval', 'passed', 'finished'];

/**
 * The weights follow from the state alone. Whoever stores a state first and then publishes its weights can be killed between
 * the two, or do it twice: the next one publishes the same.
 */
export function weightsOf(
  plan: RolloutPlan,
  { status, step, isOff = false }: Pick<RolloutState, 'status' | 'step' | 'isOff'>,
): Weights {
  return HOLDS.includes(status) && !isOff ? (stepsOf(plan)[step]?.weights ?? AT_REST) : AT_REST;
}

export function isOver({ status }: Pick<RolloutState, 'status'>): boolean {
  return status === 'rolled-back' || status === 'aborted' || status === 'finished';
}
