import type { Address, Policy } from './policy/model.ts';
import {
  buildResources,
  type CaptureTls,
  checkPolicy,
  type EnvoySetup,
  type SecretLookup,
  USUAL_SETUP,
  type VmGenerations,
} from './resources/index.ts';
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
  /** Absent: there are no secrets. */
  readonly secrets?: SecretLookup | undefined;
}

interface Rendered {
  snapshots: WeakMap<Policy, Snapshot>;
  readonly unchanged: UnchangedResources;
}

/** Turns policies into what Envoys are served: the same object for the same policy, new bytes only for what has changed. */
export class PolicyRenderer {
  readonly #options: RendererOptions;
  /** By setup. */
  readonly #rendered = new Map<string, Rendered>();
  #vmGenerations: VmGenerations | undefined;

  constructor(options: RendererOptions) {
    this.#options = options;
  }

  /** From now on Envoys make the filter's virtual machines of a role anew where its number has changed. */
  setVmGenerations(generations: VmGenerations): void {
    this.#vmGenerations = generations;
    this.#renderAnew();
  }

  /** Nobody is set up like this any more. */
  forget(setup: EnvoySetup): void {
    this.#rendered.delete(keyOf(setup));
  }

  /** What `secrets` finds has changed. */
  secretsChanged(): void {
    this.#renderAnew();
  }

  /**
   * @throws ShadowplaneError POLICY_INVALID for raw Envoy configuration that Envoy 1.40 does not know, with its place in
   * the policy; ENVOY_RESOURCE_INVALID for what only fails in the whole
   */
  snapshotOf(policy: Policy, setup: EnvoySetup = USUAL_SETUP): Snapshot {
    const key = keyOf(setup);
    const rendered = this.#rendered.get(key) ?? { snapshots: new WeakMap(), unchanged: new UnchangedResources() };
    const known = rendered.snapshots.get(policy);
    if (known) return known;
    const { filterWasm, captureAddress, captureTls, secrets, listen = policy.listen } = this.#options;
    const served = { ...policy, listen };
    checkPolicy(served);
    const resources = buildResources(served, {
      filterWasm,
      capture: captureAddress && { address: captureAddress, tls: captureTls },
      secrets,
      vmGenerations: this.#vmGenerations,
      setup,
    });
    const snapshot = buildSnapshot(rendered.unchanged.reuse(resources));
    rendered.snapshots.set(policy, snapshot);
    this.#rendered.set(key, rendered);
    return snapshot;
  }

  #renderAnew(): void {
    for (const rendered of this.#rendered.values()) rendered.snapshots = new WeakMap();
  }
}

function keyOf({ listener, streams, egress = '' }: EnvoySetup): string {
  return `${listener} ${streams} ${egress}`;
}
