/** The room that moves users step by step: drives rollouts, keeps them, and answers for them. */
export { Delivery, type Unfit } from './delivery.ts';
export { finished } from './finish.ts';
export { addRolloutMetrics } from './rollout-metrics.ts';
export { rolloutOpenApi } from './rollout-openapi.ts';
export { rolloutRoutes } from './rollout-routes.ts';
export { RolloutStore } from './rollout-store.ts';
export { Rollouts } from './rollouts.ts';
export { Silence } from './silence.ts';
export { UsersBySide } from './users-by-side.ts';
