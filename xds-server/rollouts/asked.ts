/** What people may ask of the rollout of a mirror, as the policy and the run are; a refusal says why not. */
import { didYouMean, ShadowplaneError } from '../../errors/index.ts';
import { isOver, type Step, start, stepsOf } from '../../rollout/index.ts';
import type { Mirror, Policy } from '../policy/index.ts';
import type { Unfit } from './delivery.ts';
import { newRun, type Run } from './run.ts';

/** Why a mirror's candidate must not be given users, or not yet. */
export type UnfitForUsers = (mirror: Mirror) => Unfit | undefined;

interface Asker {
  readonly by: string;
  readonly at: Date;
}

/** The first run of the plan that the policy has now. @throws ShadowplaneError MIRROR_NOT_FOUND or ROLLOUT_REFUSED */
export function begin(policy: Policy, name: string, unfit: UnfitForUsers | undefined, { by, at }: Asker): Run {
  const mirror = knownMirror(policy, name);
  const { rollout: plan, primary, shadow, paused } = mirror;
  if (!plan) throw refused(`mirrors.${name} has no "rollout" to start`);
  if (paused) throw refused(`${name} is paused: nothing is copied, so nothing can be compared`);
  if (policy.mirroring === 'off') throw refused('mirroring is off: nothing is copied anywhere');
  if (plan.canary.length > 0) assertFit(mirror, unfit);
  const answer = start(plan);
  if ('refused' in answer) throw refused(answer.refused);
  return newRun(answer.state, { plan, primary, shadow, by, at });
}

/** What a step waits for, a person may do without; users must have somewhere to go, and be watched there. */
export function assertPromotable(policy: Policy, name: string, run: Run, unfit: UnfitForUsers | undefined): void {
  assertMayMoveTo(policy, name, stepsOf(run.plan)[run.state.step + 1], unfit);
}

/** A pause keeps everybody where they are; with mirroring off nobody has stayed there. */
export function assertResumable(policy: Policy, name: string, run: Run, unfit: UnfitForUsers | undefined): void {
  if (run.state.isOff) assertMayMoveTo(policy, name, stepsOf(run.plan)[run.state.step], unfit);
}

function assertMayMoveTo(policy: Policy, name: string, to: Step | undefined, unfit: UnfitForUsers | undefined): void {
  if (policy.mirroring === 'off') throw refused('mirroring is off: everyone is with the primary, whatever a step says');
  const mirror = mirrorIn(policy, name);
  if (mirror && to?.phase === 'canary') assertFit(mirror, unfit);
}

function assertFit(mirror: Mirror, unfitForUsers: UnfitForUsers | undefined): void {
  const unfit = unfitForUsers?.(mirror);
  if (unfit?.isSure) throw refused(unfit.why);
}

export function assertNoneUnderWay(run: Run | undefined): void {
  if (!run || (isOver(run.state) && run.finish === undefined)) return;
  throw refused(`a rollout is under way already: ${run.state.status}; ${run.state.why}`);
}

export function mirrorIn(policy: Policy, name: string): Mirror | undefined {
  return policy.mirrors.find((mirror) => mirror.name === name);
}

/** @throws ShadowplaneError MIRROR_NOT_FOUND */
export function knownMirror(policy: Policy, name: string): Mirror {
  const mirror = mirrorIn(policy, name);
  if (mirror) return mirror;
  const names = policy.mirrors.map((one) => one.name);
  const hint = didYouMean(name, names);
  throw new ShadowplaneError('MIRROR_NOT_FOUND', `There is no mirror ${JSON.stringify(name)}${hint}`);
}

export function refused(why: string): ShadowplaneError {
  return new ShadowplaneError('ROLLOUT_REFUSED', why);
}

export function overtaken(): ShadowplaneError {
  return refused('something else has happened to this rollout meanwhile; look at it and try again');
}
