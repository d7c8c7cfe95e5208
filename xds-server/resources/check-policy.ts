import { encodeAny } from '../../protos/index.ts';
import type { Policy } from '../policy/model.ts';
import { checkExtras } from './extras.ts';
import { buildListener } from './listener.ts';

/**
 * What only shows when a policy becomes Envoy resources, without the filter and without encoding all of them: raw
 * configuration that Envoy 1.40 does not know, and an address that Envoy cannot listen on.
 *
 * @throws ShadowplaneError POLICY_INVALID with every problem at its place in the policy
 */
export function checkPolicy(policy: Policy): void {
  buildListener(policy);
  checkExtras(policy, encodeAny);
}
