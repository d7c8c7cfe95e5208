export { Rollout } from './rollout.tsx';
export { RolloutLine, RolloutSummary } from './rollout-line.tsx';
