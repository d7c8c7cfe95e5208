/** Finding, installing and running Envoy. */
export { createEnvoyAdmin, type EnvoyAdmin } from './process/admin-client.ts';
export type { EnvoyEvent } from './process/events.ts';
export { type LocatedEnvoy, locateEnvoy } from './process/locate.ts';
export { PINNED_ENVOY_VERSION } from './process/pinned.ts';
export { type SupervisedEnvoy, superviseEnvoy } from './process/supervise.ts';
