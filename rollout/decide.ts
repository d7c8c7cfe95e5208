/**
 * What becomes of a rollout after a look at it. Pure: no clock, no timers, no network; the same input gives the same answer,
 * and looking more often promotes no bad candidate (rollout/sequential).
 */
import { beforeOf, type Evidence, evidenceSince, NO_COUNTS, type StratumCounts, withBefore } from './evidence.ts';
import { surelyFailed } from './failures.ts';
import { type GateResult, type GatesReport, judgeGates } from './gates/index.ts';
import { EVERYONE, type Phase, type RolloutPlan, stepsOf } from './plan.ts';
import { begunAgain, recentAfter, withRecent } from './recent.ts';
import type { CheckResult } from './source.ts';
import { isOver, type RolloutState, weightsOf } from './state.ts';

/** What can be seen from outside, at one moment. */
export interface Observation {
  /** Since the last look, by a clock that neither jumps nor runs while nobody looks. */
  readonly sinceLastLookMs: number;
  /** Every Envoy that is known has the weights; else words that say which have not. */
  readonly delivered: true | { readonly waitingFor: string };
  /** Absent while the comparison does not answer, and users are not asked. */
  readonly evidence?: Evidence;
  /** It does not answer: of the evidence all but the failures of users is what was known before. That may stop a candidate. */
  readonly withoutComparison?: boolean;
  /** Of the plan's checks, those that were asked about the step under way; one that is not here has not answered. */
  readonly checks?: readonly CheckResult[];
}

export interface Decision {
  readonly state: RolloutState;
  /** Of the step under way, for people; null where nothing can be judged. */
  readonly gates: GatesReport | null;
  /** What is missing until the next step. Empty when there is nothing to wait for. */
  readonly waitingFor: readonly string[];
}

export function decide(plan: RolloutPlan, state: RolloutState, seen: Observation): Decision {
  if (isOver(state)) return { state, gates: null, waitingFor: [] };
  if (state.step < 0) return stay(state, state.why);
  // Nobody is on the candidate, so there is nothing to judge, and nothing counts for the step.
  if (state.isOff) return stay(state, 'a person to resume it: this step then begins again');
  const { delivered, withoutComparison = false } = seen;
  const counted = asksOfComparison(plan) ? seen.evidence : NOTHING_ASKED;
  const failedCheck = checksOf(plan, seen).find(({ outcome }) => outcome === 'fail');
  if (failedCheck && state.baseline !== null) {
    return failed(plan, state, `check "${failedCheck.name}": ${failedCheck.why}`);
  }
  if (counted === undefined) return stay(state, 'the comparison does not answer, so there are no figures');
  const evidence = withBefore(counted, state.before ?? {});
  const { baseline } = state;
  const unready = [
    ...(delivered === true ? [] : [delivered.waitingFor]),
    ...(withoutComparison ? ['the comparison does not answer, so only failures of users are judged'] : []),
  ];
  // What counts for a step begins when every Envoy has the weights, and the comparison says what it had counted by then.
  const isEarly = unready.length > 0;
  const known = baseline?.epoch ?? state.epoch;
  if (evidence.epoch !== known && evidence.epoch !== undefined && known !== undefined)
    return candidateChanged(plan, state);
  const { epoch = known } = evidence;
  if (baseline === null) {
    // Not only once all Envoys have the weights: those that have them are watched from now on.
    const missing = [...unready, ...waitingFor(plan, state, {}, null, seen)];
    const begins = { baseline: evidence, ...(epoch !== undefined && { epoch }), ...(isEarly && { isEarly }) };
    return { state: { ...state, ...begins }, gates: null, waitingFor: missing };
  }
  const since = evidenceSince(evidence, baseline);
  if (since === 'begin-again') {
    const why = 'what is counted has changed, so the evidence of this step begins again';
    const before = beforeOf(evidence, baseline, state.before ?? {});
    const begins = { baseline: withBefore(counted, before), elapsedMs: 0, why, ...windowsAnew(state) };
    const again = { ...state, before, ...begins, ...(withoutComparison && { isEarly }) };
    return { state: again, gates: null, waitingFor: [why] };
  }
  const lately = plan.gates.errors
    ? withRecent(since.strata, evidence, state.recent, weightsOf(plan, state).users)
    : since.strata;
  const watched = watchedOver(lately, movedBy(plan, state));
  const gates = judgeGates(plan, watched);
  const recent = recentAfter(lately, evidence, baseline, state.recent);
  const looked = Object.keys(recent).length > 0 ? { ...state, recent } : state;
  if (gates.outcome === 'fail') return { ...failed(plan, looked, reasonOf(gates, evidence)), gates };
  if (state.isEarly && !isEarly) {
    const { isEarly: _, ...counted } = state;
    const why = 'every Envoy has the shares of this step, and the comparison answers; what counts for it begins now';
    return { state: { ...counted, baseline: evidence, ...windowsAnew(state) }, gates, waitingFor: [why] };
  }
  const elapsedMs = state.elapsedMs + (isEarly ? 0 : seen.sinceLastLookMs);
  const later = { ...looked, elapsedMs };
  const missing = [...unready, ...waitingFor(plan, later, watched, gates, seen)];
  if (state.status !== 'running') return { state: later, gates, waitingFor: missing };
  if (missing.length > 0) return { state: later, gates, waitingFor: missing };
  return { state: promoted(plan, later), gates, waitingFor: [] };
}

function windowsAnew({ recent }: RolloutState): Pick<RolloutState, 'recent'> {
  return recent ? { recent: begunAgain(recent) } : {};
}

/**
 * Strata in which nothing has happened are not asked: a segment without users would hold up everyone. But whom the step
 * itself moves is asked always: what others got says nothing of them.
 */
function watchedOver(
  strata: Readonly<Record<string, StratumCounts>>,
  moved: readonly string[],
): Record<string, StratumCounts> {
  const happened = ({ pairs, errors: { primary, candidate } }: StratumCounts) =>
    pairs + surelyFailed(primary).trials + surelyFailed(candidate).trials > 0;
  const watched = Object.entries(strata).filter(([, counts]) => happened(counts));
  return { ...Object.fromEntries(moved.map((name) => [name, NO_COUNTS])), ...Object.fromEntries(watched) };
}

/** The segments of which the step moves more users than the one before; everyone is in whatever stratum there is. */
function movedBy(plan: RolloutPlan, { step }: RolloutState): string[] {
  const [before, here] = [stepsOf(plan)[step - 1], stepsOf(plan)[step]];
  return Object.entries(here?.weights.users ?? {}).flatMap(([audience, share]) =>
    audience !== EVERYONE && share > (before?.weights.users[audience] ?? 0) ? [`segment ${audience}`] : [],
  );
}

/** A plan without gates and pairs is a switch: it moves without a comparison, too. */
function asksOfComparison({ gates, step }: RolloutPlan): boolean {
  return step.pairs > 0 || Object.values(gates).some((gate) => gate !== undefined);
}

const NOTHING_ASKED: Evidence = { basis: 'nothing is asked', epoch: 0, strata: {}, findings: [] };

function checksOf({ checks }: RolloutPlan, { checks: answered = [] }: Observation): CheckResult[] {
  return checks.map(
    ({ name }) =>
      answered.find((result) => result.name === name) ?? { name, outcome: 'not-enough-data', why: 'no answer yet' },
  );
}

function waitingFor(
  plan: RolloutPlan,
  { elapsedMs }: RolloutState,
  strata: Readonly<Record<string, StratumCounts>>,
  gates: GatesReport | null,
  seen: Observation,
): string[] {
  const { atLeastMs, pairs } = plan.step;
  const missing: string[] = [];
  if (elapsedMs < atLeastMs) missing.push(`${seconds(atLeastMs - elapsedMs)} of the least time of a step`);
  const compared = Object.values(strata).reduce((sum, stratum) => sum + stratum.pairs, 0);
  if (compared < pairs) missing.push(`${count(pairs - compared)} of the ${count(pairs)} pairs of a step`);
  for (const result of gates?.results ?? []) if (result.outcome === 'not-enough-data') missing.push(lackOf(result));
  // Also where a step asks for no pairs: nothing at all is no reason to go on.
  const isEmpty = gates !== null && gates.outcome !== 'pass' && asksOfComparison(plan);
  if (isEmpty && missing.length === 0) missing.push('figures of anybody at all');
  for (const { name, outcome, why } of checksOf(plan, seen)) {
    if (outcome !== 'pass') missing.push(`check "${name}": ${why}`);
  }
  return missing;
}

function lackOf({ gate, stratum, more, isGrpc = false }: GateResult): string {
  const what = gate === 'differences' || isGrpc ? 'pairs' : 'requests';
  const amount = more === null ? `many more ${what}` : `about ${count(more)} more ${what}`;
  return `${amount} in ${stratum} for the gate "${gate}"`;
}

function stay(state: RolloutState, why: string): Decision {
  return { state, gates: null, waitingFor: [why] };
}

/** Another version has proven nothing: copies begin again, and users are taken off it. */
function candidateChanged(plan: RolloutPlan, state: RolloutState): Decision {
  const [first] = stepsOf(plan);
  if (stepsOf(plan)[state.step]?.phase === 'canary') {
    // Also where a gate that fails only pauses: there a person knows what users are on.
    const why = 'the candidate was deployed anew while users were on it';
    return { state: { ...state, status: 'rolled-back', why }, gates: null, waitingFor: [] };
  }
  const why = `the candidate was deployed anew, so the rollout begins again at ${first?.name}`;
  // What was passed, or is to be approved, was another version.
  const status = state.status === 'paused' ? 'paused' : 'running';
  return { state: { ...begun(0, why), status }, gates: null, waitingFor: [why] };
}

/** A pause that a gate asks for in a rollout that is paused already changes nothing. */
function failed(plan: RolloutPlan, state: RolloutState, why: string): Decision {
  const status = plan.onFailure === 'rollback' ? 'rolled-back' : 'paused';
  const isNews = state.status !== status;
  return { state: isNews ? { ...state, status, why } : state, gates: null, waitingFor: [] };
}

/** The worst gate in words, and what was found. */
function reasonOf({ results }: GatesReport, { findings }: Evidence): string {
  const [worst] = results;
  if (worst === undefined) return 'a gate failed';
  const { gate, stratum, value, low, atMost, isGrpc = false, unanswered = 0, last } = worst;
  const without = unanswered > 0 ? ` (${count(unanswered)} of its requests were never answered)` : '';
  const figures = `${share(value)}, surely more than ${share(low)}, where at most ${share(atMost)} is allowed${without}`;
  const found = gate === 'differences' && findings.length > 0 ? `: ${findings.join('; ')}` : '';
  const where = isGrpc ? `gRPC of ${stratum}` : stratum;
  const when = last === undefined ? '' : ` in the last ${count(last)} requests`;
  return `gate "${gate}" in ${where}${when}: ${figures}${found}`;
}

function promoted(plan: RolloutPlan, state: RolloutState): RolloutState {
  const steps = stepsOf(plan);
  const [here, next] = [steps[state.step]!, steps[state.step + 1]];
  if (next === undefined) {
    return state.status === 'passed'
      ? state
      : { ...state, status: 'passed', why: `${here.name} passed, the last step` };
  }
  if (next.phase !== here.phase && plan.approve.includes(next.phase)) {
    const why = `${here.name} passed; a person must promote to ${next.name}`;
    return { ...state, status: 'awaiting-approval', why };
  }
  return nextStep(state, `${here.name} passed`);
}

/** A step whose weights are still on their way. */
function begun(step: number, why: string): RolloutState {
  return { status: 'running', step, elapsedMs: 0, baseline: null, why };
}

function nextStep(state: RolloutState, why: string): RolloutState {
  return anew(state, state.step + 1, why);
}

/** What is known of both versions goes on; what counts for the step begins. */
function anew({ before, epoch }: RolloutState, step: number, why: string): RolloutState {
  return { ...begun(step, why), ...(before && { before }), ...(epoch !== undefined && { epoch }) };
}

/** Mirroring is off: everybody is with the primary, and a rollout that has begun stays there until a person goes on. */
export function switchedOff(state: RolloutState): RolloutState {
  if (isOver(state) || state.step < 0 || state.isOff) return state;
  const was = state.status === 'paused' ? `; it was paused before: ${state.why}` : '';
  const why = `mirroring was switched off, so everyone is with the primary until a person resumes it${was}`;
  return { ...anew(state, state.step, why), status: 'paused', isOff: true };
}

export type Command = 'promote' | 'pause' | 'resume' | 'rollback' | 'abort' | 'finish';

/** What a person asked for, or why it cannot be now, in words for that person. */
export type Answer = { readonly state: RolloutState } | { readonly refused: string };

export function start(plan: RolloutPlan): Answer {
  const [first] = stepsOf(plan);
  if (first === undefined) return { refused: 'the plan has no step: give "mirror" or "canary" at least one share' };
  if (plan.approve.includes(first.phase)) {
    return { state: { ...begun(-1, `a person must promote to ${first.name}`), status: 'awaiting-approval' } };
  }
  return { state: begun(0, 'started') };
}

export function command(plan: RolloutPlan, state: RolloutState, asked: Command, by: string): Answer {
  if (isOver(state)) return { refused: `this rollout is over (${state.status}); start another` };
  const why = `${asked} by ${by}`;
  switch (asked) {
    case 'pause':
      return state.status === 'paused'
        ? { refused: 'it is paused already' }
        : { state: { ...state, status: 'paused', why } };
    case 'resume':
      return state.status === 'paused'
        ? { state: resumed(state, why) }
        : { refused: `it is not paused but ${state.status}` };
    case 'rollback':
      return { state: { ...state, status: 'rolled-back', why } };
    case 'abort':
      return { state: { ...state, status: 'aborted', why } };
    case 'promote':
      return promotedBy(plan, state, why);
    case 'finish':
      return state.status === 'passed'
        ? { state: { ...state, status: 'finished', why } }
        : { refused: `it has not passed its last step yet: it is ${state.status} at ${nameOf(plan, state)}` };
  }
}

/** What was counted during a pause belongs to the step: nothing has changed for anybody. */
function resumed(state: RolloutState, why: string): RolloutState {
  if (state.isOff) return anew(state, state.step, why);
  return { ...state, status: 'running', why };
}

/** A person may go on before the gates have opened; the words say so. */
function promotedBy(plan: RolloutPlan, state: RolloutState, why: string): Answer {
  const steps = stepsOf(plan);
  if (state.status === 'passed') return { refused: 'every step has been passed; `finish` is what is left' };
  if (state.step + 1 >= steps.length) return { state: { ...state, status: 'passed', why } };
  return { state: nextStep(state, why) };
}

function nameOf(plan: RolloutPlan, { step }: RolloutState): string {
  return stepsOf(plan)[step]?.name ?? 'no step';
}

export function phaseOf(plan: RolloutPlan, { step, status }: RolloutState): Phase {
  return status === 'passed' || status === 'finished' ? 'finish' : (stepsOf(plan)[step]?.phase ?? 'mirror');
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`;
}

function share(value: number | null): string {
  return value === null ? 'unknown' : `${(value * 100).toPrecision(2)}%`;
}
