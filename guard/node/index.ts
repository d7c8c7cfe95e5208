export { type GuardMetricsOptions, guardMetrics } from './guard-metrics.ts';
export { type GuardKafkaOptions, guardKafkaProducer } from './kafka/guard-kafka.ts';
export { guardFetch } from './outgoing/guard-fetch.ts';
export { guardOutgoingHttp } from './outgoing/guard-outgoing.ts';
export { undiciGuard } from './outgoing/guard-undici.ts';
export type { OutgoingOptions, OutgoingRule, OutgoingStub, StubAnswer, StubRequest } from './outgoing/rules.ts';
export { type GuardPgOptions, guardPg } from './postgres/guard-pg.ts';
export { expressGuard, fastifyGuard, guardHttp, PROBE_PATH, PROOF_HEADER } from './requests.ts';
export {
  type Cover,
  createShadowGuard,
  MARKER,
  type ProbeAnswer,
  type ShadowGuard,
  type ShadowGuardOptions,
  type SpanLike,
} from './shadow-guard.ts';
export type { GuardMode } from './shadow-mode.ts';
