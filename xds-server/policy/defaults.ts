import type { PerMillion } from './percent.ts';

/**
 * Every default and every bound of the policy document, in one place. docs/configuration.md quotes them; nothing else
 * repeats them. Units are in the names.
 */
export const DEFAULTS = Object.freeze({
  listen: '127.0.0.1:10000',
  markers: 'strip',
  mirroring: 'on',
  trustedHops: 0,
  useRemoteAddress: true,
  accessLog: 'off',
  /** 0 = none: an upload may take as long as it needs. */
  requestTimeoutMs: 0,
  streamIdleTimeoutMs: 300_000,
  drainTimeoutMs: 30_000,
  upgrades: Object.freeze(['websocket']),
  protocol: 'http1',
  connectTimeoutMs: 1_000,
  healthCheckIntervalMs: 5_000,
  healthCheckTimeoutMs: 1_000,
  unhealthyThreshold: 3,
  healthyThreshold: 2,
  guardProbePath: '/.well-known/shadow-guard',
  guardProbeIntervalMs: 5_000,
  guardProbeTimeoutMs: 1_000,
  sideEffects: 'none',
  credentials: 'keep',
  maxBodyBytes: 8 * 1024 * 1024,
  maxConcurrent: 1_024,
  copyTimeoutMs: 15_000,
  safeMethods: Object.freeze(['GET', 'HEAD', 'OPTIONS']),
  /** 0.5%, the judge's own. */
  compareMargin: 5_000 as PerMillion,
  versionHeader: 'x-app-version',
  captureBodyBytes: 64 * 1024,
  /** Those that say how an answer is to be read, and those by which a request is found elsewhere. Never credentials. */
  captureRequestHeaders: Object.freeze([
    'accept',
    'accept-encoding',
    'accept-language',
    'content-type',
    'traceparent',
    'x-request-id',
  ]),
  keptEpochs: 1_000,
  keptSampledEpochs: 20,
  keptSampleBytes: 256 * 1024 * 1024,
  brakeLatencyIncrease: '+50%',
  brakeErrorIncrease: '+1%',
  brakeMemoryBytes: 2 * 1024 ** 3,
  brakeCalmMs: 600_000,
  rolloutStepMs: 600_000,
  /** Enough for the default of the gate of differences: docs/configuration.md says how many that takes. */
  rolloutPairs: 8_000,
  rolloutDifferences: '0.1%',
  rolloutErrors: '+0.2%',
  rolloutLatency: '+10%',
  rolloutConfidence: '95%',
  rolloutOnFailure: 'rollback',
  checkIntervalMs: 10_000,
  checkTimeoutMs: 5_000,
  checkFailures: 3,
  unsafeMethods: Object.freeze(['POST', 'PUT', 'PATCH', 'DELETE']),
} as const);

/** What a document may ask for at most; beyond it is a mistake or an attack, and Envoy's memory stays bounded. */
export const BOUNDS = Object.freeze({
  stringLength: 4_096,
  documentBytes: 1024 * 1024,
  conditionDepth: 8,
  /** The filter's own: looking for a long text in a long header costs one times the other. */
  containsBytes: 256,
  /** The filter's own, over all mirrors; each holds the conditions of its segments. */
  conditions: 10_000,
  listItems: 256,
  services: 1_000,
  mirrors: 1_000,
  segmentsPerMirror: 64,
  maxBodyBytes: 64 * 1024 * 1024,
  maxConcurrent: 1_000_000,
  copiesPerSecond: 1_000_000,
  bytesPerSecond: 16 * 1024 ** 3,
  durationMs: 24 * 3_600_000,
  brakeMemoryBytes: 1024 ** 4,
  rulesPerMirror: 500,
  /** Of one audience. */
  rolloutShares: 32,
  /** What grows for weeks is not seen in a day. */
  rolloutStepMs: 30 * 24 * 3_600_000,
  rolloutPairs: 1_000_000_000,
  /** Of each kind. */
  checks: 16,
  leastCheckIntervalMs: 100,
  checkValue: Object.freeze({ minimum: -1e15, maximum: 1e15 }),
  /** A half of an exchange has to fit into a batch together with its headers. */
  captureBodyBytes: 512 * 1024,
  keptSampleBytes: 1024 ** 4,
} as const);
