export type { Arm } from './request-of-sample.ts';
export { type MirrorServices, type Run, type RunAgainReport, runAgain } from './run-again.ts';
export { servicesOf } from './services-of.ts';
