export { decide, start } from './decide.ts';
export { type Evidence, NO_COUNTS, type StratumCounts } from './evidence.ts';
export { EVERYONE, type RolloutPlan, stepsOf } from './plan.ts';
export { cellOf, edgeMs, type LatencyCells } from './sequential/index.ts';
export { isOver, type RolloutState, weightsOf } from './state.ts';
