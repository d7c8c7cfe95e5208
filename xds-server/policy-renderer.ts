import type { Address, Policy } from './policy/model.ts';
import { buildResources, type CaptureTls, checkPolicy } from './resources/index.ts';
import { UnchangedResources } from './unchanged-resources.ts';
import { buildSnapshot, type Snapshot } from './xds/index.ts';

export interface RendererOptions {
  /** The compiled filter. */
  readonly filterWasm: Uint8Array;
  /** Wins over the address in the policy. */
  readonly listen?: Address | undefined;
  /** Where Envoys send captured answers; absent: nothing is captured. */
  readonly captureAddress?: Address | undefined;
  /** Absent: they send them in plain text. */
  readonly captureTls?: CaptureTls | undefined;
}

/** Turns policies into what Envoys are served: the same object for the same policy, new bytes only for what has changed. */
export class PolicyRenderer {
  readonly #options: RendererOptions;
  readonly #unchanged = new UnchangedResources();
  readonly #snapshots = new WeakMap<Policy, Snapshot>();

  constructor(options: RendererOptions) {
    this.#options = options;
  }

  /**
   * @throws ShadowplaneError POLICY_INVALID for raw Envoy configuration that Envoy 1.40 does not know, with its place in
   * the policy; ENVOY_RESOURCE_INVALID for what only fails in the whole
   */
  snapshotOf(policy: Policy): Snapshot {
    const known = this.#snapshots.get(policy);
    if (known) return known;
    const { filterWasm, captureAddress, captureTls, listen = policy.listen } = this.#options;
    const served = { ...policy, listen };
    checkPolicy(served);
    const resources = buildResources(served, {
      filterWasm,
      capture: captureAddress && { address: captureAddress, tls: captureTls },
    });
    const snapshot = buildSnapshot(this.#unchanged.reuse(resources));
    this.#snapshots.set(policy, snapshot);
    return snapshot;
  }
}
