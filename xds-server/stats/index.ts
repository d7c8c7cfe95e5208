/** The room that takes what Envoys count: a gRPC service for Envoy's metrics sink. It knows nothing of mirrors. */

export { allOf } from './all-of.ts';
export { type EnvoyLife, grownSince, hasRestarted, lifeOf, livedBefore, UPTIME } from './envoy-lives.ts';
export type { Histogram, StatsReport } from './read-report.ts';
export { createStatsService, MAX_REPORT_BYTES, type StatsListener } from './stats-service.ts';
