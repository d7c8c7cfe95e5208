import { steadyMs } from '../../clock/index.ts';
import type { GoneEnvoy } from '../api/index.ts';
import { setupOf } from '../resources/index.ts';
import { type ClientStatus, RUNTIME, type XdsServer } from '../xds/index.ts';

/** Who has what is served now. */
export interface DeliveryReport {
  readonly acked: number;
  readonly of: number;
  /** What holds up a step, in words; null: nothing does. */
  readonly waitingFor: string | null;
}

/**
 * An Envoy that has left may still serve users, with the shares of before, and going back would not reach it. After this time
 * it is taken for one that was shut down.
 */
const GONE_FOR_GOOD_MS = 10 * 60_000;
const MAX_GONE = 200;
/** Nobody is known, not even one that has left. */
export const NOBODY = 'no Envoy is connected';

/** Why users must not be moved to a service, or not yet, in words. */
export interface Unfit {
  readonly why: string;
  /** False: it is only not known that they may. */
  readonly isSure: boolean;
}

type HasCluster = (client: ClientStatus, cluster: string, service: string) => boolean | undefined;

/** Whether every Envoy that is known has what is served now. Ways out of shadows have no shares and do not count. */
export class Delivery {
  readonly #now: () => number;
  /** By node: when it left. */
  readonly #gone = new Map<string, number>();
  #xds: Pick<XdsServer, 'clients'> | undefined;
  #hasCluster: HasCluster = () => true;

  constructor(now: () => number = steadyMs) {
    this.#now = now;
  }

  /** @param left who was here before this process and has not come back yet */
  follow(xds: Pick<XdsServer, 'clients' | 'on'>, left: readonly GoneEnvoy[] = [], hasCluster?: HasCluster): void {
    this.#xds = xds;
    if (hasCluster) this.#hasCluster = hasCluster;
    for (const { node, since } of left) {
      const agoMs = Math.max(0, Date.now() - Date.parse(since));
      if (agoMs < GONE_FOR_GOOD_MS) this.#gone.set(node, this.#now() - agoMs);
    }
    xds.on('connect', ({ node }) => this.#gone.delete(node));
    xds.on('disconnect', (client) => {
      const { node } = client;
      if (node === '' || isWayOut(client) || xds.clients().some((other) => other.node === node)) return;
      this.#gone.set(node, this.#now());
      for (const oldest of this.#gone.keys()) {
        if (this.#gone.size <= MAX_GONE) break;
        this.#gone.delete(oldest);
      }
    });
  }

  report(): DeliveryReport {
    const clients = this.#serving();
    const lacking = clients.filter((client) => !hasShares(client));
    const acked = clients.length - lacking.length;
    return { acked, of: clients.length, waitingFor: this.#waitingFor(clients, lacking) };
  }

  /** An Envoy whose routes would lead the users of a service to a cluster that is not there. */
  without(cluster: string, service: string): Unfit | undefined {
    const found = this.#serving()
      .map((client) => ({ node: client.node, has: this.#hasCluster(client, cluster, service) }))
      .filter(({ has }) => has !== true);
    const [lacking] = found.filter(({ has }) => has === false);
    if (lacking) {
      const why = `${lacking.node} has no cluster ${JSON.stringify(cluster)}, or one without a host: users of ${service} would get 503 there. Add it as "shadowplane envoy fragment" prints it, or correct services.${service}.cluster (one with alt_stat_name is not seen)`;
      return { why, isSure: true };
    }
    const [unknown] = found;
    if (!unknown) return undefined;
    const why = `${unknown.node} has sent no statistics yet, so whether it has the cluster ${JSON.stringify(cluster)} is not known`;
    return { why, isSure: false };
  }

  /** An Envoy of which nobody would hear how its users fare: what others tell says nothing of them. */
  silent(tells: (node: string, nowMs: number) => boolean): Unfit | undefined {
    const nowMs = this.#now();
    const silent = this.#serving().find(({ node }) => !tells(node, nowMs));
    return silent && { why: `${silent.node} sends no statistics, so how its users fare is not known`, isSure: false };
  }

  /** Envoys that users meet. */
  #serving(): ClientStatus[] {
    return (this.#xds?.clients() ?? []).filter((client) => !isWayOut(client));
  }

  #waitingFor(clients: readonly ClientStatus[], lacking: readonly ClientStatus[]): string | null {
    const nowMs = this.#now();
    for (const [node, sinceMs] of this.#gone) if (nowMs - sinceMs >= GONE_FOR_GOOD_MS) this.#gone.delete(node);
    const [gone] = this.#gone;
    if (gone !== undefined) {
      const [node, sinceMs] = gone;
      const minutes = Math.ceil((GONE_FOR_GOOD_MS - (nowMs - sinceMs)) / 60_000);
      const others = this.#gone.size > 1 ? ` and ${this.#gone.size - 1} more are` : ' is';
      return `${node}${others} not connected; taken for shut down in ${minutes} min`;
    }
    if (clients.length === 0) return NOBODY;
    const twin = twinOf(clients);
    if (twin)
      return `two Envoys call themselves ${twin.node}, so what they count cannot be told apart; give each its own`;
    const [first] = lacking;
    if (first === undefined) return null;
    const others = lacking.length > 1 ? ` and ${lacking.length - 1} more have` : ' has';
    return `${first.node}${others} not acknowledged what is served`;
  }
}

/** Statistics name the Envoy that sends them: of two with one name, each looks like the other that has restarted. */
function twinOf(clients: readonly ClientStatus[]): ClientStatus | undefined {
  const seen = new Set<string>();
  return clients.find(({ node }) => seen.size === seen.add(node).size);
}

function isWayOut({ metadata }: ClientStatus): boolean {
  return setupOf(metadata).egress !== undefined;
}

function hasShares({ upToDate, types }: ClientStatus): boolean {
  const runtime = Object.values(types).find(({ typeUrl }) => typeUrl === RUNTIME);
  return upToDate && runtime?.ackedVersion !== undefined;
}
