import type { EnvoyProgress, RejectedRevision } from './api/index.ts';
import { shortName } from './envoys.ts';
import { CLUSTER, type ClientStatus, ENDPOINT, type Snapshot, type XdsServer } from './xds/index.ts';

interface Served {
  readonly revision: number;
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  readonly at: string;
}

export interface RevisionsInUseOptions {
  /** Called when all connected clients have had this revision in use, without further news, for `settleMs`. */
  readonly onSettled: (revision: number) => void;
  /** A client that has just connected asks for one type after the other; in between it looks as if it had all. */
  readonly settleMs?: number;
}

const SETTLE_MS = 1_000;
const KEPT = 50;

/** Which revision each Envoy works with, since when it is behind, and which it has last rejected. */
export class RevisionsInUse {
  readonly #options: RevisionsInUseOptions;
  /** By client, as far as it is known; the newest that it was seen with. */
  readonly #inUse = new Map<string, Served>();
  readonly #rejected = new Map<string, RejectedRevision>();
  /** Oldest first. */
  readonly #served: Served[] = [];
  #xds: Pick<XdsServer, 'clients' | 'on'> | undefined;
  #settling: NodeJS.Timeout | undefined;

  constructor(options: RevisionsInUseOptions) {
    this.#options = options;
  }

  /** @param publish makes these snapshots, by group, those that clients shall have */
  serve(revision: number, snapshots: ReadonlyMap<string, Snapshot>, publish: () => void): void {
    // What clients have now cannot be told any more once they shall have something else.
    if (this.#settling) this.#note();
    publish();
    this.#served.push({ revision, snapshots, at: new Date().toISOString() });
    if (this.#served.length > KEPT) this.#served.shift();
    this.#settle();
  }

  /** What Envoys had in use before this process served anything: what they refuse of it was not brought by what came later. */
  knew(revision: number, snapshots: ReadonlyMap<string, Snapshot>): void {
    this.#served.unshift({ revision, snapshots, at: new Date().toISOString() });
  }

  follow(xds: Pick<XdsServer, 'clients' | 'on'>): void {
    this.#xds = xds;
    xds.on('connect', () => this.#settle());
    xds.on('ack', () => this.#settle());
    xds.on('disconnect', (client) => {
      this.#inUse.delete(keyOf(client));
      this.#rejected.delete(client.node);
      this.#settle();
    });
    xds.on('nack', ({ node, typeUrl, version, message }) => {
      const revision = this.#introducing(typeUrl, version);
      const at = new Date().toISOString();
      this.#rejected.set(node, { revision, type: shortName(typeUrl), message, at });
      this.#settle();
    });
  }

  of(client: ClientStatus): EnvoyProgress {
    const newest = this.#served.at(-1);
    if (client.upToDate && newest) this.#inUse.set(keyOf(client), newest);
    const inUse = this.#inUse.get(keyOf(client));
    // What is served may change without a new revision: a certificate that was renewed.
    const behind = inUse && this.#served[this.#served.indexOf(inUse) + 1];
    return {
      revision: inUse?.revision ?? null,
      behindSince: client.upToDate ? null : (behind?.at ?? client.connectedSince.toISOString()),
      rejectedRevision: this.#rejected.get(client.node) ?? null,
    };
  }

  close(): void {
    clearTimeout(this.#settling);
    this.#settling = undefined;
    this.#xds = undefined;
  }

  #settle(): void {
    if (!this.#xds) return;
    if (this.#settling) {
      this.#settling.refresh();
      return;
    }
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      const clients = this.#note();
      const newest = this.#served.at(-1);
      if (newest && clients.length > 0 && clients.every(isComplete)) this.#options.onSettled(newest.revision);
    }, this.#options.settleMs ?? SETTLE_MS);
    this.#settling.unref();
  }

  #note(): readonly ClientStatus[] {
    const clients = this.#xds?.clients() ?? [];
    for (const client of clients) this.of(client);
    return clients;
  }

  /** The revision that brought what has this version, which need not be the newest that has it. */
  #introducing(typeUrl: string, version: string): number {
    const has = ({ snapshots }: Served) =>
      [...snapshots.values()].some(({ types }) => types.get(typeUrl)?.version === version);
    const last = this.#served.findLastIndex(has);
    if (last < 0) return this.#served.at(-1)?.revision ?? 0;
    const before = this.#served.slice(0, last).findLastIndex((served) => !has(served));
    return this.#served[before + 1]!.revision;
  }
}

/** It has asked for more than what comes first, so what comes first was taken and the rest was asked for. */
function isComplete({ upToDate, types }: ClientStatus): boolean {
  const isLater = (typeUrl: string) => typeUrl !== CLUSTER && typeUrl !== ENDPOINT;
  return upToDate && Object.values(types).some(({ typeUrl, ackedVersion }) => isLater(typeUrl) && ackedVersion);
}

/** A node that connects anew begins anew. */
function keyOf({ node, connectedSince }: ClientStatus): string {
  return `${connectedSince.getTime()} ${node}`;
}
