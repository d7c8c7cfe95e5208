export {
  type Answer,
  type Command,
  command,
  type Decision,
  decide,
  type Observation,
  phaseOf,
  start,
  switchedOff,
} from './decide.ts';
export { type ByVersion, type Evidence, evidenceSince, NO_COUNTS, type StratumCounts } from './evidence.ts';
export { surelyFailed } from './failures.ts';
export { feasibility, type Infeasible, leastCleanPairs } from './feasibility.ts';
export type { GateResult, GatesReport } from './gates/index.ts';
export {
  AT_REST,
  type CanaryStage,
  EVERYONE,
  type ExternalCheck,
  type Gate,
  type Phase,
  type RolloutPlan,
  type Step,
  stepsOf,
  type Weights,
} from './plan.ts';
export { cellOf, edgeMs, type LatencyCells } from './sequential/index.ts';
export type { CheckResult, RolloutSource, SideCounts, UsersBySide } from './source.ts';
export { isOver, type RolloutState, STATUSES, type Status, weightsOf } from './state.ts';
export { shareOf, withUsersErrors } from './users-errors.ts';
