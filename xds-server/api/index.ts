export { createApi } from './create-api.ts';
export type {
  Applied,
  EnvoyDetails,
  EnvoyEvent,
  EnvoyProgress,
  EnvoyStatus,
  EnvoyStatusSource,
  GoneEnvoy,
  RefusedEnvoy,
  RejectedRevision,
  WaitForApplied,
} from './envoy-status.ts';
export type { EventSource } from './event-routes.ts';
export type { OpenApiPart } from './openapi.ts';
export type { ResourceVersions } from './plan-route.ts';
export { readWriteRequest } from './request-options.ts';
