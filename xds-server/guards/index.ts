/** The room that asks services for the proof of their shadow guard and holds back what has none. */
export type { GuardSign } from './continuing-proof.ts';
export { GuardProofs, type GuardStatus } from './guard-proofs.ts';
export { addGuardMetrics, guardOpenApi, guardRoutes } from './guard-routes.ts';
export { isSafe } from './receivers.ts';
