/** The room that turns a policy into Envoy resources. Pure: no clock, no files, no sockets. */
export { type BootstrapVariant, buildBootstrap } from './bootstrap.ts';
export { buildResources, type Resources } from './build-resources.ts';
export type { CaptureTls } from './capture.ts';
export { checkPolicy } from './check-policy.ts';
export { type EnvoySetup, setupOf, USUAL_SETUP } from './envoy-setup.ts';
export { type ExpectedCluster, expectedClusters, SLOTS } from './expected-clusters.ts';
export type { VmGenerations } from './extension-config.ts';
export {
  buildFragment,
  type Fragment,
  fragmentParts,
  routesWithoutMirroring,
} from './fragment.ts';
export type { FragmentNote } from './fragment-notes.ts';
export { clusterName, GUARD_HEADER } from './names.ts';
export { type SecretLookup, type SecretMaterial, type SecretUse, secretUses } from './secrets.ts';
export { fileSecrets } from './tls.ts';
export { candidateCluster, clusterOnceFinished, movesUsers, usersShares } from './users.ts';
