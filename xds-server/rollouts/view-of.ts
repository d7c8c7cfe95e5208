/** A rollout as people are shown it. Pure. */
import {
  AT_REST,
  type Decision,
  isOver,
  phaseOf,
  type RolloutPlan,
  shareOf,
  stepsOf,
  type UsersBySide,
  type Weights,
  weightsOf,
} from '../../rollout/index.ts';
import type { Mirror } from '../policy/index.ts';
import type { DeliveryReport } from './delivery.ts';
import { exposureOf } from './exposed.ts';
import type { Run } from './run.ts';
import type { AudienceView, CheckView, RolloutView, StepView } from './view.ts';

export interface Shown {
  readonly name: string;
  readonly mirror: Mirror | undefined;
  readonly run: Run | undefined;
  readonly decision: Decision | undefined;
  /** Why nothing moves forward, where something fails. */
  readonly problem: string | undefined;
  readonly unsaved: boolean;
  readonly checks: readonly CheckView[];
  /** Why nothing is copied. */
  readonly withoutCopies: string | undefined;
  readonly delivery: DeliveryReport;
  readonly users: readonly UsersBySide[];
  readonly drivenBy: { readonly id: string; readonly isThis: boolean } | undefined;
}

export function viewOf(shown: Shown): RolloutView {
  const { name, mirror, run, decision, delivery } = shown;
  const plan = run?.plan ?? mirror?.rollout ?? null;
  const weights = run ? weightsOf(run.plan, run.state) : AT_REST;
  const over = run !== undefined && isOver(run.state);
  return {
    mirror: name,
    status: run?.state.status ?? (mirror?.rollout ? 'ready' : 'none'),
    phase: run ? phaseOf(run.plan, run.state) : null,
    plan,
    steps: plan ? stepViews(plan, run) : [],
    step: run && run.state.step >= 0 ? run.state.step : null,
    weights,
    why: run?.state.why ?? '',
    waitingFor: waitingFor(shown),
    elapsedMs: Math.round(run?.state.elapsedMs ?? 0),
    gates: decision?.gates?.results ?? [],
    checks: shown.checks,
    delivered: delivery,
    users: audiences(shown.users, weights),
    exposed: run?.exposed ?? { total: NOBODY, step: NOBODY },
    events: run?.events ?? [],
    startedAt: run?.startedAt ?? null,
    startedBy: run?.startedBy ?? null,
    drivenBy: run && !over ? (shown.drivenBy ?? null) : null,
  };
}

const NOBODY = { requests: 0, failed: 0 };

function waitingFor({ run, decision, problem, unsaved, withoutCopies, drivenBy }: Shown): string[] {
  if (!run) return [];
  const troubles = [
    ...(problem === undefined ? [] : [problem]),
    ...(unsaved ? ['this is in force, and the store has yet to take it'] : []),
    ...(run.finish === undefined ? [] : ['every Envoy to have the routes in which the candidate is the primary']),
  ];
  if (isOver(run.state)) return troubles;
  const isElsewhere = drivenBy !== undefined && !drivenBy.isThis;
  const waiting = decision?.waitingFor ?? (isElsewhere ? [`${drivenBy.id}, which drives it`] : ['the first look']);
  const copies = withoutCopies === undefined ? [] : [`copies, of which there are none: ${withoutCopies}`];
  return [...troubles, ...copies, ...waiting];
}

function stepViews(plan: RolloutPlan, run: Run | undefined): StepView[] {
  const at = run?.state.step ?? -1;
  const isPassed = run?.state.status === 'passed' || run?.state.status === 'finished';
  return stepsOf(plan).map((step, index) => ({
    ...step,
    state: index < at || (index === at && isPassed) ? 'passed' : index === at ? 'current' : 'ahead',
  }));
}

function audiences(users: readonly UsersBySide[], { users: shares }: Weights): AudienceView[] {
  return users.map(({ stratum, primary, candidate }) => ({
    stratum,
    share: shareOf(stratum, shares),
    primary: exposureOf(primary),
    candidate: exposureOf(candidate),
  }));
}
