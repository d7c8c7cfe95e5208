import type { EncodedResource } from '../resource.ts';
import { EMPTY_TYPE, type Snapshot } from '../snapshot.ts';
import type { Channel, ResponseContent } from './channel.ts';
import { CLUSTER, ENDPOINT, EXTENSION_CONFIG, LISTENER, type ResourceType, ROUTE } from './resource-types.ts';
import type { Session } from './session.ts';

export interface ClientOptions {
  /** How long new routes wait at most for the ACK of clusters that are new to the client. */
  readonly newClusterWaitMs: number;
  /** How long changes wait, after a reconnect, for the client to subscribe to the types that belong together. */
  readonly resumeWaitMs: number;
}

/** Clusters that the client did not have before and is not known to be ready for. */
interface NewClusters {
  readonly channel: Channel;
  readonly nonce: string;
  /** What they need of EDS. */
  readonly endpoints: readonly string[];
  readonly generation: number;
  /** When waiting for them ends. */
  readonly until: number;
}

/**
 * One node with all its streams. Holds what concerns several types at once: what the client shall have, and the order
 * that keeps traffic flowing: make before break. It works the same for one aggregated stream and for a stream a type.
 */
export class Client {
  readonly #options: ClientOptions;
  readonly #sessions = new Set<Session>();
  #target: Snapshot | undefined;
  #generation = 0;
  #newClusters: NewClusters | undefined;
  #resumedUntil: number | undefined;
  #endpointsCameFirst = false;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  get target(): Snapshot | undefined {
    return this.#target;
  }

  /** Counts the targets; a response belongs to the target it was made from. */
  get generation(): number {
    return this.#generation;
  }

  get sessions(): ReadonlySet<Session> {
    return this.#sessions;
  }

  get channels(): readonly Channel[] {
    const [only] = this.#sessions;
    return only && this.#sessions.size === 1 ? only.channels : [...this.#sessions].flatMap(({ channels }) => channels);
  }

  setTarget(target: Snapshot | undefined): void {
    if (target === this.#target) return;
    this.#target = target;
    this.#generation++;
  }

  join(session: Session): void {
    this.#sessions.add(session);
  }

  leave(session: Session): void {
    this.#sessions.delete(session);
    if (this.#newClusters && session.channels.includes(this.#newClusters.channel)) this.#newClusters = undefined;
  }

  /** Called before the first request for a type on a stream. */
  opens(type: ResourceType): void {
    // Names of endpoints are learnt from clusters. Who knows them already comes from an earlier stream: with a stream a
    // type, Envoy may ask for endpoints again without saying that it has them.
    const knowsNoClusters = this.channels.every((channel) => channel.type.typeUrl !== CLUSTER);
    if (type.typeUrl === ENDPOINT && knowsNoClusters) this.#endpointsCameFirst = true;
  }

  /** When `pull` may give something that it does not give now, although nothing happens in between. */
  wakesAt(nowMs: number): number | undefined {
    let earliest: number | undefined;
    const consider = (time: number | undefined) => {
      if (time !== undefined && time > nowMs && time < (earliest ?? Number.POSITIVE_INFINITY)) earliest = time;
    };
    consider(this.#newClusters?.until);
    consider(this.#resumedUntil);
    if (this.#target) for (const channel of this.channels) consider(channel.nextHeartbeatAt);
    return earliest;
  }

  /** Whether all that the client shall have was sent, and answered. Removals that wait for their turn do not count. */
  get quiet(): boolean {
    return this.channels.every((channel) => channel.acks.open === 0 && !this.#hasNews(channel));
  }

  /** The version that the client works with. A client that resumed with all of it need not be sent anything. */
  versionInUse(channel: Channel): string | undefined {
    const { acks, resumed } = channel;
    if (acks.sentVersion !== undefined || !resumed || this.#hasNews(channel)) return acks.ackedVersion;
    return this.#target?.types.get(channel.type.typeUrl)?.version;
  }

  /**
   * "Stale CDS clusters and related EDS endpoints (ones no longer being referenced) can then be removed": once the client
   * has acknowledged the listeners, routes and filters that replaced those which named them. A rejected route
   * configuration means that the client still uses the one before.
   */
  mayRemove(type: ResourceType, nowMs: number): boolean {
    if (type.removalWaitsFor.length === 0) return true;
    if (this.#stillResuming([LISTENER, ROUTE], nowMs)) return false;
    return this.channels
      .filter((channel) => type.removalWaitsFor.includes(channel.type.typeUrl))
      .every((channel) => channel.acks.settled && !this.#hasNews(channel));
  }

  /** "There are no such endpoints" takes them away from a client that has them, and traffic may still need them. */
  mayDeny(type: ResourceType, nowMs: number): boolean {
    return type.typeUrl !== ENDPOINT || !this.#resumes || this.mayRemove(type, nowMs);
  }

  /**
   * "To avoid dropping traffic, the management server should make sure that clusters arrive before the routes that refer
   * to them." Arrived is not ready: Envoy warms a new cluster (endpoints, DNS, health) and acknowledges it only then; with
   * a stream a type it acknowledges at once, but its endpoints are asked for after that. So what may name a new cluster
   * waits for the ACK of the cluster and of its endpoints, but not for ever, and not on a client that has nothing to
   * lose yet. Endpoints never wait: Envoy needs them to become ready, and as little does a filter that it has nothing of:
   * it may stand in the new cluster.
   */
  waitsForClusters(channel: Channel, nowMs: number): boolean {
    if (!channel.type.waitsForNewClusters || !channel.clientHasContent) return false;
    if (this.#otherStreamOwesClusters(channel) || this.#stillResuming([CLUSTER], nowMs)) return true;
    const waiting = this.#newClusters;
    if (!waiting || this.#mayBeWaitedFor(channel)) return false;
    if (!this.#areReady(waiting) && nowMs < waiting.until) return true;
    this.#newClusters = undefined;
    return false;
  }

  #mayBeWaitedFor(channel: Channel): boolean {
    const there = this.#target?.types.get(EXTENSION_CONFIG)?.resources;
    return channel.type.typeUrl === EXTENSION_CONFIG && channel.asksForNew((name) => there?.has(name) ?? false);
  }

  /** Called with a response of clusters before the channel takes note of it. */
  clustersGoOut(channel: Channel, response: ResponseContent, nonce: string, nowMs: number): void {
    const endpointsOf = (resources: readonly EncodedResource[]) =>
      resources.flatMap(({ endpointsName }) => endpointsName ?? []);
    const added = channel.newOnes(response);
    if (added.length > 0) {
      const until = nowMs + this.#options.newClusterWaitMs;
      this.#newClusters = { channel, nonce, endpoints: endpointsOf(added), generation: this.#generation, until };
    }
    // "After a CDS update, Envoy does not use a changed cluster until EDS provides its endpoints again, also if they are
    // the same; the server has to push them."
    for (const each of this.#endpointChannels) each.resend(endpointsOf(response.resources));
  }

  /** On one stream the order of types sees to it; another stream may be slower. */
  #otherStreamOwesClusters(channel: Channel): boolean {
    if (this.#sessions.size === 1) return false;
    return [...this.#sessions]
      .filter((session) => session.channel(channel.type.typeUrl) !== channel)
      .some((session) => {
        const clusters = session.channel(CLUSTER);
        return clusters !== undefined && this.#hasNews(clusters);
      });
  }

  #areReady({ channel, nonce, endpoints, generation }: NewClusters): boolean {
    const { acks } = channel;
    const rejected = acks.lastRejection?.generation === generation && generation === this.#generation;
    if (rejected || acks.waitsFor(nonce)) return false;
    const known = this.#target?.types.get(ENDPOINT)?.resources;
    return endpoints
      .filter((name) => known?.has(name))
      .every((name) => this.#endpointChannels.some((each) => each.hasAnswered(name)));
  }

  get #endpointChannels(): Channel[] {
    return this.channels.filter(({ type }) => type.typeUrl === ENDPOINT);
  }

  /**
   * A client that resumes has clusters, listeners and routes that belong together, and asks for all of them in a moment:
   * nothing that depends on the others is decided before.
   */
  #stillResuming(awaited: readonly string[], nowMs: number): boolean {
    if (!this.#resumes) return false;
    const subscribed = new Set(this.channels.map(({ type }) => type.typeUrl));
    if (awaited.every((typeUrl) => subscribed.has(typeUrl))) return false;
    this.#resumedUntil ??= nowMs + this.#options.resumeWaitMs;
    return nowMs < this.#resumedUntil;
  }

  get #resumes(): boolean {
    if (this.#endpointsCameFirst) return true;
    for (const session of this.#sessions) if (session.resumed) return true;
    return false;
  }

  /** Whether something is to be sent; what waits for its turn does not count. */
  #hasNews(channel: Channel): boolean {
    if (!this.#target) return false;
    const content = this.#target.types.get(channel.type.typeUrl) ?? EMPTY_TYPE;
    if (channel.isIdleAt(content)) return false;
    const remove = () => channel.type.removalWaitsFor.length === 0;
    return channel.next(content, { remove, deny: () => false }) !== undefined;
  }
}
