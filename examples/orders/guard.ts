import { createShadowGuard, type ShadowGuard } from '../../guard/node/index.ts';

/**
 * The guard of the example's services, as a service outside of this repository has it from `shadowplane/guard`: copies are
 * validated, priced and answered as always, and what they would do to the world is left out. It also answers the control
 * plane's question for the proof.
 */
export function createOrdersGuard(environment: NodeJS.ProcessEnv): ShadowGuard {
  return createShadowGuard({ environment, trustedProxies: PRIVATE_NETWORKS });
}

/** Where Envoy and control plane are: this machine, or the network of the containers. List your proxies instead. */
const PRIVATE_NETWORKS = ['127.0.0.0/8', '::1', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];
