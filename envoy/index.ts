/** Finding, installing and running Envoy. */
export { createEnvoyAdmin, type EnvoyAdmin, type ServerInfo } from './process/admin-client.ts';
export type { EnvoyEvent } from './process/events.ts';
export { type LocatedEnvoy, type LocateEnvoyOptions, locateEnvoy } from './process/locate.ts';
export type { EnvoyLogLine } from './process/log-line.ts';
export { PINNED_ENVOY_VERSION } from './process/pinned.ts';
export { type SupervisedEnvoy, type SuperviseEnvoyOptions, superviseEnvoy } from './process/supervise.ts';
