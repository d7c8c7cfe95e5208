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

/** Turns policies into what Envoys are served: the same object for the same policy, new bytes only for what has changed. */
export class PolicyRenderer {
  readonly #options: RendererOptions;
  readonly #unchanged = new Map<string, UnchangedResources>();
  #snapshots = new WeakMap<Policy, Map<string, Snapshot>>();
  #vmGenerations: VmGenerations | undefined;

  constructor(options: RendererOptions) {
    this.#options = options;
  }

  /** From now on Envoys make the filter's virtual machines of a role anew where its number has changed. */
  setVmGenerations(generations: VmGenerations): void {
    this.#vmGenerations = generations;
    this.#snapshots = new WeakMap();
  }

  /** What `secrets` finds has changed. */
  secretsChanged(): void {
    this.#snapshots = new WeakMap();
  }

  /**
   * @throws ShadowplaneError POLICY_INVALID for raw Envoy configuration that Envoy 1.40 does not know, with its place in
   * the policy; ENVOY_RESOURCE_INVALID for what only fails in the whole
   */
  snapshotOf(policy: Policy, setup: EnvoySetup = USUAL_SETUP): Snapshot {
    const bySetup = this.#snapshots.get(policy) ?? new Map<string, Snapshot>();
    const key = `${setup.listener} ${setup.streams} ${setup.egress ?? ''}`;
    const known = bySetup.get(key);
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
    const unchanged = this.#unchanged.get(key) ?? new UnchangedResources();
    this.#unchanged.set(key, unchanged);
    const snapshot = buildSnapshot(unchanged.reuse(resources));
    this.#snapshots.set(policy, bySetup.set(key, snapshot));
    return snapshot;
  }
}
