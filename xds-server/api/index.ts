export { type ApiOptions, createApi } from './create-api.ts';
export type {
  Applied,
  EnvoyEvent,
  EnvoyRejection,
  EnvoyStatus,
  EnvoyStatusSource,
  WaitForApplied,
} from './envoy-status.ts';
export { buildOpenApi } from './openapi.ts';
