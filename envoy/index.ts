/** Finding, installing and running Envoy. */
export { type LocatedEnvoy, type LocateEnvoyOptions, locateEnvoy } from './process/locate.ts';
export { PINNED_ENVOY_VERSION } from './process/pinned.ts';
