import type { EncodedResource } from '../resource.ts';
import type { TypeSnapshot } from '../snapshot.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { Lifetimes } from './lifetimes.ts';
import { SubscribedNames } from './names.ts';
import type { ResourceType } from './resource-types.ts';

/** What a request says, in the words that both variants of the protocol share. */
export interface ChannelRequest {
  readonly nonce: string;
  /** Present = NACK. */
  readonly error?: string;
  /** State of the world: `resource_names`. Delta: `resource_names_subscribe`. */
  readonly names: readonly string[];
  /** Delta only. */
  readonly unsubscribe: readonly string[];
  /** Delta only: what the client still has from an earlier stream. */
  readonly initialVersions: Readonly<Record<string, string>>;
  /** The client has content of this type from an earlier stream. */
  readonly resumes: boolean;
}

export interface ResponseContent {
  readonly version: string;
  readonly resources: readonly EncodedResource[];
  /** Delta only. */
  readonly removed: readonly string[];
  /** The resources are only named, to renew their time to live. */
  readonly heartbeat?: true;
}

export type Answer =
  | { readonly kind: 'ack'; readonly version: string }
  | { readonly kind: 'nack'; readonly version: string; readonly message: string };

/** What the client has of a name. No version: it was told that there is none. */
export interface Known {
  readonly version?: string;
  /** Absent if the client brought it from an earlier stream. */
  readonly resource?: EncodedResource;
}

/** A name that a client subscribes to, and what it has of it. */
export interface Holding extends Known {
  readonly name: string;
  /** `requested`: nothing was sent. `absent`: it was told that there is none. `sent`: it has not answered. */
  readonly state: 'requested' | 'absent' | 'sent' | 'in use' | 'rejected';
}

/** What a channel asks before it takes something away from the client; it looks at one type, others may depend on it. */
export interface Permissions {
  /** May a resource be removed that the client has? */
  remove(): boolean;
  /** May the client be told that something it has asked for does not exist? */
  deny(): boolean;
}

/**
 * One type of resource on one stream: which names the client subscribes to, what it has of them, what it has
 * acknowledged. Works on plain data; knows neither gRPC nor time.
 */
export abstract class Channel {
  readonly type: ResourceType;
  readonly names: SubscribedNames;
  readonly acks = new Acknowledgements();
  protected readonly known = new Map<string, Known>();
  /** To be sent once more although the client has this version. */
  protected readonly resends = new Set<string>();
  protected answeredOnce = false;
  protected readonly lifetimes = new Lifetimes();
  readonly #supportsTtl: boolean;
  #resumed: boolean | undefined;
  /** Nothing is to be sent as long as the content is this one. */
  #idleAt: TypeSnapshot | undefined;
  /** What was planned last, and the content that the client then has; undefined if something is held back. */
  #planned: { readonly response: ResponseContent; readonly content: TypeSnapshot } | undefined;

  /** @param supportsTtl the client understands times to live; without, resources are sent to it as if they had none */
  constructor(type: ResourceType, supportsTtl = false) {
    this.type = type;
    this.#supportsTtl = supportsTtl;
    this.names = new SubscribedNames(type);
  }

  /** The client came with content from an earlier stream. */
  get resumed(): boolean {
    return this.#resumed ?? false;
  }

  /** The client works with something of this type already, or will once it reads what is on its way. */
  get clientHasContent(): boolean {
    if (this.resumed) return true;
    for (const { version } of this.known.values()) if (version !== undefined) return true;
    return false;
  }

  /** @returns the ACK or NACK in the request, if it answers a response that waits for one */
  receive(request: ChannelRequest, at: Date): Answer | undefined {
    this.#resumed ??= request.resumes;
    const answer = this.#answerIn(request, at);
    // A mere ACK, which most requests are, leaves nothing to be sent where nothing was.
    if (!this.subscribe(request) && request.error === undefined) return answer;
    this.#toPlan();
    for (const name of this.known.keys()) {
      if (this.names.covers(name)) continue;
      this.known.delete(name);
      this.resends.delete(name);
      this.acks.forget(name);
    }
    return answer;
  }

  /** Whether the client asks, by name, for something that exists and of which it has nothing. */
  asksForNew(exists: (name: string) => boolean): boolean {
    for (const name of this.names.explicit) {
      if (this.known.get(name)?.version === undefined && exists(name)) return true;
    }
    return false;
  }

  /** Whether the client has answered what was sent of this name. */
  hasAnswered(name: string): boolean {
    return this.known.get(name)?.version !== undefined && !this.acks.waitsForResource(name);
  }

  /** What the client has of each name, for people to read. */
  get holdings(): Holding[] {
    const unknown = [...this.names.explicit].filter((name) => !this.known.has(name));
    return [
      ...[...this.known].map(([name, known]): Holding => ({ name, ...known, state: this.#stateOf(name, known) })),
      ...unknown.map((name): Holding => ({ name, state: 'requested' })),
    ];
  }

  #stateOf(name: string, { version }: Known): Holding['state'] {
    if (version === undefined) return 'absent';
    if (this.acks.rejects(name)) return 'rejected';
    return this.acks.waitsForResource(name) ? 'sent' : 'in use';
  }

  /** Sends these again where the client subscribes to them, whatever it has. */
  resend(names: Iterable<string>): void {
    for (const name of names) {
      if (!this.names.covers(name)) continue;
      this.resends.add(name);
      this.#toPlan();
    }
  }

  #toPlan(): void {
    this.#idleAt = undefined;
    this.#planned = undefined;
  }

  /** The client has this content, as far as it concerns it, or will once it reads what is on its way. */
  isIdleAt(content: TypeSnapshot): boolean {
    const idle = this.#idleAt;
    if (idle === undefined || idle === content) return idle === content;
    // Times to live are no part of the version.
    return idle.version === content.version && idle.mortal.length === 0 && content.mortal.length === 0;
  }

  /**
   * What is to be sent for the client to have this content, or undefined if nothing is.
   *
   * @param permissions asked only if something would be taken away from the client
   */
  next(content: TypeSnapshot, permissions: Permissions): ResponseContent | undefined {
    if (this.isIdleAt(content)) return undefined;
    let held = false;
    const noting = (ask: () => boolean) => () => {
      const yes = ask();
      held ||= !yes;
      return yes;
    };
    const response = this.plan(content, {
      remove: noting(() => permissions.remove()),
      deny: noting(() => permissions.deny()),
    });
    if (!response && !held) this.#idleAt = content;
    this.#planned = response && !held ? { response, content } : undefined;
    return response;
  }

  /**
   * What renews the time to live of resources that the client would drop soon, or undefined if nothing is due.
   *
   * "A response with the resource unset and the version matching the most recently sent one only updates the TTL."
   */
  heartbeat(content: TypeSnapshot, nowMs: number): ResponseContent | undefined {
    const due = this.dueForHeartbeat(content, nowMs);
    if (due.length === 0) return undefined;
    return { version: this.acks.sentVersion ?? content.version, resources: due, removed: [], heartbeat: true };
  }

  /** When the next heartbeat is due. */
  get nextHeartbeatAt(): number | undefined {
    return this.lifetimes.nextRenewalAt;
  }

  protected dueForHeartbeat(content: TypeSnapshot, nowMs: number): EncodedResource[] {
    if (!this.#supportsTtl || (content.mortal.length === 0 && this.lifetimes.none)) return [];
    // What the client brought from an earlier stream runs out at a moment that only the client knows.
    for (const resource of content.mortal) {
      if (this.known.get(resource.name)?.version === resource.version) this.lifetimes.adopt(resource);
    }
    return this.lifetimes.due(
      nowMs,
      // A client that rejected this version works with another one, or none.
      ({ name, version }) => this.known.get(name)?.version === version && !this.acks.rejects(name),
    );
  }

  /** Takes note that the response is on its way. */
  sent(response: ResponseContent, nonce: string, generation: number, nowMs: number): void {
    const { resources, removed, version } = response;
    for (const resource of resources) {
      if (this.#supportsTtl) this.lifetimes.renewed(resource, nowMs);
      this.known.set(resource.name, { version: resource.version, resource });
      this.resends.delete(resource.name);
    }
    this.remember(response);
    this.answeredOnce = true;
    this.#idleAt = this.#planned?.response === response ? this.#planned.content : undefined;
    this.#planned = undefined;
    this.acks.sent(nonce, { version, generation, names: [...resources.map(({ name }) => name), ...removed] });
  }

  /** The resources of this response that the client did not have before. */
  newOnes({ resources }: ResponseContent): EncodedResource[] {
    return resources.filter(({ name }) => this.known.get(name)?.version === undefined);
  }

  protected differs(resource: EncodedResource): boolean {
    const { name, version, ttlMs } = resource;
    const known = this.known.get(name);
    // "To update the TTL, the management server resends the resource with a new TTL; to remove it, with the TTL unset."
    const ttlChanged = this.#supportsTtl && known?.resource !== undefined && known.resource.ttlMs !== ttlMs;
    return known?.version !== version || ttlChanged || this.resends.has(name);
  }

  /** @returns whether the client may subscribe to something else now, or lack something that it had */
  protected abstract subscribe(request: ChannelRequest): boolean;

  protected abstract plan(content: TypeSnapshot, permissions: Permissions): ResponseContent | undefined;

  /** Notes what a response says beyond the resources in it. */
  protected abstract remember(response: ResponseContent): void;

  #answerIn({ nonce, error }: ChannelRequest, at: Date): Answer | undefined {
    // "The presence of error_detail, not the version, tells a NACK from an ACK."
    if (error !== undefined) {
      const rejected = this.acks.nack(nonce, error, at);
      return rejected && { kind: 'nack', version: rejected.version, message: error };
    }
    const accepted = this.acks.ack(nonce);
    return accepted && { kind: 'ack', version: accepted.version };
  }
}
