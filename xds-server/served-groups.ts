import type { Policy } from './policy/model.ts';
import { type EnvoySetup, setupOf, USUAL_SETUP } from './resources/index.ts';
import { DEFAULT_GROUP, type NodeInfo, type Snapshot, type SnapshotCache } from './xds/index.ts';

/** What each group of Envoys is to have, by group; it grows when the first Envoy of another setup connects. */
export type ServedSnapshots = ReadonlyMap<string, Snapshot>;

/** A group for every way in which an Envoy may be set up. What nobody is set up for is not made. */
export class ServedGroups {
  readonly #cache: SnapshotCache;
  readonly #render: (policy: Policy, setup: EnvoySetup) => Snapshot;
  readonly #setups = new Map<string, EnvoySetup>([[DEFAULT_GROUP, USUAL_SETUP]]);
  #served: { readonly policy: Policy; readonly snapshots: Map<string, Snapshot> } | undefined;

  constructor(cache: SnapshotCache, render: (policy: Policy, setup: EnvoySetup) => Snapshot) {
    this.#cache = cache;
    this.#render = render;
  }

  /** To be asked for every node that connects; what its group is to have is there then. */
  groupOf({ metadata }: Pick<NodeInfo, 'metadata'>): string {
    const setup = setupOf(metadata);
    const group = nameOf(setup);
    if (this.#setups.has(group)) return group;
    if (this.#served) {
      const snapshot = this.#render(this.#served.policy, setup);
      this.#served.snapshots.set(group, snapshot);
      this.#cache.set(group, snapshot);
    }
    this.#setups.set(group, setup);
    return group;
  }

  /**
   * The last Envoy of a group has gone. Ways out are forgotten then: their names are what clients say, and they could
   * invent ever new ones. The others are few.
   *
   * @returns the setup that nobody is known to have any more
   */
  left(group: string): EnvoySetup | undefined {
    const setup = this.#setups.get(group);
    if (setup?.egress === undefined) return undefined;
    this.#setups.delete(group);
    this.#served?.snapshots.delete(group);
    this.#cache.clear(group);
    return setup;
  }

  /** @param before called with what will be served, before any Envoy has it */
  serve(policy: Policy, before: (snapshots: ServedSnapshots, publish: () => void) => void): void {
    const snapshots = new Map([...this.#setups].map(([group, setup]) => [group, this.#render(policy, setup)]));
    before(snapshots, () => {
      this.#served = { policy, snapshots };
      for (const [group, snapshot] of snapshots) this.#cache.set(group, snapshot);
    });
  }

  get snapshots(): ServedSnapshots {
    return this.#served?.snapshots ?? new Map();
  }
}

function nameOf({ streams, listener, egress }: EnvoySetup): string {
  if (egress !== undefined) return `egress of ${egress}, ${streams}`;
  return streams === USUAL_SETUP.streams && listener === USUAL_SETUP.listener
    ? DEFAULT_GROUP
    : `${listener} listener, ${streams}`;
}
