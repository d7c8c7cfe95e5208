export type { TlsFiles } from './ingest/index.ts';
export { type ComparisonServer, type ComparisonServerOptions, startComparison } from './start-comparison.ts';
