export { Joiner, type JoinerOptions, type JoinerStats } from './joiner.ts';
export type { KnownLoss } from './known-losses.ts';
export { answersUser, failures, type Joined, LOSS_CAUSES, type LossCause, type Lost } from './outcome.ts';
