import { dateOf } from '../../clock/index.ts';
import type { EnvoyDetails, GoneEnvoy } from '../api/index.ts';
import type { Kept } from '../kept/index.ts';
import type { Policy } from '../policy/model.ts';
import { type EnvoySetup, type ExpectedCluster, expectedClusters, setupOf } from '../resources/index.ts';
import { CLUSTER, type ClientStatus, type XdsServer } from '../xds/index.ts';
import { type EnvoyCounts, nameInStatistics } from './envoy-counts.ts';
import { type EnvoyProblem, envoyProblems, type Seen, STATISTICS_MISSING, unseenOf } from './envoy-problems.ts';

export interface FleetOptions {
  readonly counts: Pick<EnvoyCounts, 'of'>;
  readonly policy: () => Policy;
  /** Where it outlives the process who was here. Absent: it begins without anybody. */
  readonly kept?: Kept | undefined;
  readonly now?: () => number;
}

/** An Envoy that has just come asks for one type after the other, and sends its statistics by and by. */
const SETTLE_MS = 3_000;
const STATISTICS_WITHIN_MS = 15_000;
const MAX_GONE = 200;
/** Over restarts; where Envoys come and go, the list would only ever grow. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;

/** By node: since when it is gone; null: it was connected when this was saved. */
type KeptNodes = Readonly<Record<string, string | null>>;

/** The Envoys of one control plane: what each shows of itself, and who was here and is not any more. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #gone = new Map<string, GoneEnvoy>();
  /** By policy, so that a list of many Envoys works it out once. */
  readonly #expected = new WeakMap<Policy, Map<EnvoySetup['listener'], readonly ExpectedCluster[]>>();

  #isClosed = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    const startedMs = this.#now();
    for (const [node, leftAt] of Object.entries((options.kept?.before ?? {}) as KeptNodes)) {
      const since = leftAt ?? new Date(startedMs).toISOString();
      if (startedMs - Date.parse(since) < REMEMBERED_MS) this.#gone.set(node, { node, since });
    }
  }

  /** Who was here before this process and has not come back is gone, too: it may go on copying by what it had. */
  follow(xds: Pick<XdsServer, 'clients' | 'on'>): void {
    xds.on('connect', ({ node }) => {
      this.#gone.delete(node);
      this.#keep(xds);
    });
    xds.on('disconnect', ({ node }) => {
      if (node === '' || xds.clients().some((client) => client.node === node)) return;
      this.#gone.delete(node);
      this.#gone.set(node, { node, since: new Date(this.#now()).toISOString() });
      for (const oldest of this.#gone.keys()) {
        if (this.#gone.size <= MAX_GONE) break;
        this.#gone.delete(oldest);
      }
      this.#keep(xds);
    });
  }

  /** Keeps nothing any more: when the control plane itself ends, nobody leaves. */
  close(): void {
    this.#isClosed = true;
  }

  gone(): readonly GoneEnvoy[] {
    return [...this.#gone.values()].reverse();
  }

  of(client: ClientStatus): EnvoyDetails {
    const counts = this.#options.counts.of(client.node);
    const setup = setupOf(client.metadata);
    const asks = new Map(
      Object.values(client.types).map(({ typeUrl, wildcard, names }) => [typeUrl, { wildcard, names: new Set(names) }]),
    );
    const seen: Seen = { setup, asks, counts };
    const ageMs = this.#now() - client.connectedSince.getTime();
    const copies = counts && [...counts.copies.values()];
    const sum = (part: 'sent' | 'active') => copies?.reduce((total, each) => total + each[part], 0) ?? 0;
    return {
      setup,
      problems: [
        // What is amiss with mirrors is nothing of a way out.
        ...(ageMs < SETTLE_MS || setup.egress !== undefined ? [] : this.#problems(seen)),
        ...(counts || ageMs < STATISTICS_WITHIN_MS ? [] : [STATISTICS_MISSING]),
      ],
      unseen: unseenOf(seen),
      copies: counts ? { sent: sum('sent'), active: sum('active'), at: dateOf(counts.atMs).toISOString() } : null,
    };
  }

  /**
   * Whether this Envoy has a cluster by which users reach that service: it is sent to it, or among what it counts. To a
   * route without its cluster Envoy answers 503, and counts that for no route. Undefined: nobody knows, or not yet.
   */
  hasCluster({ node, metadata, types }: ClientStatus, cluster: string, service: string): boolean | undefined {
    if (setupOf(metadata).egress !== undefined) return true;
    const isMade = this.#options
      .policy()
      .services.some(({ name, addresses }) => name === service && addresses.length > 0);
    if (isMade && Object.values(types).some(({ typeUrl, wildcard }) => typeUrl === CLUSTER && wildcard)) return true;
    return this.#options.counts.of(node)?.clusters.has(nameInStatistics(cluster));
  }

  #keep(xds: Pick<XdsServer, 'clients'>): void {
    if (!this.#options.kept || this.#isClosed) return;
    const here = xds.clients().flatMap(({ node }) => (node === '' ? [] : [[node, null] as const]));
    const gone = [...this.#gone.values()].map(({ node, since }) => [node, since] as const);
    this.#options.kept.save(Object.fromEntries([...gone, ...here]));
  }

  #problems(seen: Seen): EnvoyProblem[] {
    const policy = this.#options.policy();
    const ofPolicy = this.#expected.get(policy) ?? new Map<EnvoySetup['listener'], readonly ExpectedCluster[]>();
    const expected = ofPolicy.get(seen.setup.listener) ?? expectedClusters(policy, seen.setup);
    this.#expected.set(policy, ofPolicy.set(seen.setup.listener, expected));
    return envoyProblems(policy, expected, seen);
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}
