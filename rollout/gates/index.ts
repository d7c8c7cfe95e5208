export { leastPairs } from './differences.ts';
export type { GateName, GateOutcome, GateResult } from './gate.ts';
export { alphasOf, type GatesReport, judgeGates } from './judge-gates.ts';
