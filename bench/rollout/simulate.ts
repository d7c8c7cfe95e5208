/** One rollout from start to end in a world, by our gates and by Flagger's way, on streams drawn alike. */
import {
  decide,
  EVERYONE,
  type Evidence,
  edgeMs,
  isOver,
  NO_COUNTS,
  type RolloutState,
  type StratumCounts,
  start,
  stepsOf,
  type Weights,
  weightsOf,
  withUsersErrors,
} from '../../rollout/index.ts';
import type { Random } from '../support/index.ts';
import { draw, drawUsers } from './stream.ts';
import { PLAN, REQUESTS_PER_SECOND, type World } from './worlds.ts';

export interface Outcome {
  readonly end: 'reached 100%' | 'stopped' | 'undecided';
  readonly hours: number;
  /** Users whose request the candidate answered wrongly: another answer, or a failure that the primary would not have had. */
  readonly harmed: number;
  /** The gate that stopped it. */
  readonly by?: string;
  /** Steps in which the candidate was beyond a bound: those that it had, and those of them whose gates all opened. */
  readonly badSteps: { readonly count: number; readonly passed: number };
}

const LOOK_EVERY_S = 60;
/** Later looks of a long step are further apart, to keep the simulation short; each look is one more chance to be wrong. */
const LOOK_SHARE = 0.05;
/** A step that takes longer than a day is given up on. */
const MOST_STEP_S = 86_400;
const ALL = 1_000_000;

export function ourWay(world: World, random: Random): Outcome {
  const started = start(PLAN);
  if ('refused' in started) throw new Error(started.refused);
  let state: RolloutState = started.state;
  let total: StratumCounts = NO_COUNTS;
  let [atS, stepFromS, harmed] = [0, 0, 0];
  const users = { stratum: 'sample', primary: { requests: 0, failed: 0 }, candidate: { requests: 0, failed: 0 } };
  let badSteps = { count: 0, passed: 0 };
  const seen = (shares: Weights['users']): Evidence =>
    withUsersErrors({ basis: '', epoch: 1, strata: { sample: total }, findings: [] }, [users], shares);
  for (;;) {
    const sinceLastLookS = Math.max(LOOK_EVERY_S, (atS - stepFromS) * LOOK_SHARE);
    const { copies, users: shares } = weightsOf(PLAN, state);
    const compared = (copies === 'as-configured' ? 0 : copies) / ALL;
    const isBad = isBadAt(world, state.step);
    atS += sinceLastLookS;
    const arrived = REQUESTS_PER_SECOND * sinceLastLookS;
    const moved = Math.round((arrived * (shares[EVERYONE] ?? 0)) / ALL);
    total = add(total, draw(world, Math.round(arrived * compared), isBad, random));
    const answered = drawUsers(world, { primary: Math.round(arrived) - moved, candidate: moved }, isBad, random);
    for (const side of ['primary', 'candidate'] as const) {
      users[side].requests += answered[side].requests;
      users[side].failed += answered[side].failed;
    }
    harmed += harmedIn(world, isBad, moved);
    const next = decide(PLAN, state, {
      sinceLastLookMs: sinceLastLookS * 1_000,
      delivered: true,
      evidence: seen(shares),
    }).state;
    const isPassed = next.step !== state.step || next.status === 'passed';
    const isLost = !isPassed && atS - stepFromS > MOST_STEP_S;
    if (world.isBad && isBad && (isPassed || isLost || isOver(next))) {
      badSteps = { count: badSteps.count + 1, passed: badSteps.passed + (isPassed ? 1 : 0) };
    }
    if (isPassed) stepFromS = atS;
    state = next;
    const sofar = { hours: atS / 3_600, harmed, badSteps };
    if (state.status === 'passed') return { end: 'reached 100%', ...sofar };
    if (isOver(state)) return { end: 'stopped', ...sofar, by: /"(\w+)"/.exec(state.why)?.[1] ?? state.why };
    if (isLost) return { end: 'undecided', ...sofar };
  }
}

/** Flagger has no such promise to be held against. */
const NO_STEPS = { count: 0, passed: 0 };

export interface FlaggerRules {
  readonly leastSuccessRate: number;
  readonly mostP99Ms: number;
}

/** Failed checks, in all, after which Flagger takes a canary back: the value of the examples in its documentation. */
const FAILED_CHECKS = 5;
const CHECK_EVERY_S = 60;

/**
 * Flagger's loop over the same canary shares: every minute the success rate and the p99 of the last minute are held against
 * fixed limits; a check that fails keeps the weight, and the fifth takes it back. Copies are not compared. A step lasts as
 * long as ours does at least.
 */
export function flaggersWay(world: World, rules: FlaggerRules, random: Random): Outcome {
  const steps = stepsOf(PLAN);
  const checksPerStep = PLAN.step.atLeastMs / 1_000 / CHECK_EVERY_S;
  let [atS, harmed, failedChecks] = [0, 0, 0];
  for (const [index, { phase, weights }] of steps.entries()) {
    if (phase !== 'canary') continue;
    const share = (weights.users[EVERYONE] ?? 0) / ALL;
    const isBad = isBadAt(world, index);
    for (let passed = 0; passed < checksPerStep; ) {
      atS += CHECK_EVERY_S;
      const requests = Math.round(REQUESTS_PER_SECOND * CHECK_EVERY_S * share);
      harmed += harmedIn(world, isBad, requests);
      const { errors, latency } = draw(world, requests, isBad, random);
      const successRate = 1 - errors.candidate.hits / Math.max(requests, 1);
      const isGood = successRate >= rules.leastSuccessRate && p99(latency.candidate) <= rules.mostP99Ms;
      if (isGood) passed += 1;
      else failedChecks += 1;
      if (failedChecks >= FAILED_CHECKS) {
        return { end: 'stopped', hours: atS / 3_600, harmed, badSteps: NO_STEPS };
      }
    }
  }
  return { end: 'reached 100%', hours: atS / 3_600, harmed, badSteps: NO_STEPS };
}

function isBadAt({ badFrom }: World, step: number): boolean {
  if (badFrom === undefined) return true;
  const { phase, weights } = stepsOf(PLAN)[step]!;
  return phase === badFrom.phase && (weights.users[EVERYONE] ?? 0) >= badFrom.share;
}

/** Expected, so that luck of a few does not blur the comparison. */
function harmedIn({ differing, primary, candidate }: World, isBad: boolean, users: number): number {
  return isBad ? users * (differing + Math.max(0, candidate.errors - primary.errors)) : 0;
}

function add(one: StratumCounts, other: StratumCounts): StratumCounts {
  const cells = (version: 'primary' | 'candidate') => {
    const sum = new Map(one.latency[version]);
    for (const [cell, count] of other.latency[version]) sum.set(cell, (sum.get(cell) ?? 0) + count);
    return sum;
  };
  const share = (version: 'primary' | 'candidate') => ({
    hits: one.errors[version].hits + other.errors[version].hits,
    trials: one.errors[version].trials + other.errors[version].trials,
  });
  return {
    pairs: one.pairs + other.pairs,
    candidateOnly: one.candidateOnly + other.candidateOnly,
    controlOnly: (one.controlOnly ?? 0) + (other.controlOnly ?? 0),
    errors: { primary: share('primary'), candidate: share('candidate') },
    latency: { primary: cells('primary'), candidate: cells('candidate') },
  };
}

/** Upper edge of the cell in which it lies. */
function p99(cells: ReadonlyMap<number, number>): number {
  const sorted = [...cells].sort(([one], [other]) => one - other);
  const values = sorted.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [cell, count] of sorted) {
    seen += count;
    if (seen >= values * 0.99) return edgeMs(cell + 1);
  }
  return 0;
}
