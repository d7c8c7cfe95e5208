/** The room that turns a policy into Envoy resources. Pure: no clock, no files, no sockets. */
export { type BootstrapOptions, buildBootstrap } from './bootstrap.ts';
export { type BuildContext, buildResources, type Resources } from './build-resources.ts';
export { checkPolicy } from './check-policy.ts';
