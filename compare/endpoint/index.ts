export {
  currentEndpoint,
  type EndpointFound,
  type EndpointOptions,
  type Endpoints,
  endpointOf,
  newEndpoints,
} from './endpoints.ts';
export type { LearningLimits } from './learned-paths.ts';
export { looksLikeId } from './looks-like-id.ts';
export { OpenApiFiles } from './open-api-files.ts';
