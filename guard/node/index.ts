export { type GuardKafkaOptions, guardKafkaProducer } from './kafka/guard-kafka.ts';
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
