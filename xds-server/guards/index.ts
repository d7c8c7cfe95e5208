/** The room that asks services for the proof of their shadow guard and holds back what has none. */
export { GuardProofs, type GuardState, type GuardStatus } from './guard-proofs.ts';
export { isSafe, needOf, receiversOf } from './receivers.ts';
