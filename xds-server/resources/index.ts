/** The room that turns a policy into Envoy resources. Pure: no clock, no files, no sockets. */
export { buildBootstrap } from './bootstrap.ts';
export { buildResources, type Resources } from './build-resources.ts';
export type { CaptureTls } from './capture.ts';
export { checkPolicy } from './check-policy.ts';
