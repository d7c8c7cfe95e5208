import type { EncodedResource } from '../resource.ts';
import type { TypeSnapshot } from '../snapshot.ts';
import { Acknowledgements } from './acknowledgements.ts';
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
  #resumed: boolean | undefined;
  /** Nothing is to be sent as long as the content is this one. */
  #idleAt: TypeSnapshot | undefined;

  constructor(type: ResourceType) {
    this.type = type;
    this.names = new SubscribedNames(type);
  }

  /** The client came with content from an earlier stream. */
  get resumed(): boolean {
    return this.#resumed ?? false;
  }

  /** The client works with something of this type already, or will once it reads what is on its way. */
  get clientHasContent(): boolean {
    return this.resumed || [...this.known.values()].some(({ version }) => version !== undefined);
  }

  /** @returns the ACK or NACK in the request, if it answers a response that waits for one */
  receive(request: ChannelRequest, now: Date): Answer | undefined {
    this.#idleAt = undefined;
    this.#resumed ??= request.resumes;
    const answer = this.#answerIn(request, now);
    this.subscribe(request);
    for (const name of this.known.keys()) {
      if (this.names.covers(name)) continue;
      this.known.delete(name);
      this.resends.delete(name);
      this.acks.forget(name);
    }
    return answer;
  }

  /** Whether the client has answered what was sent of this name. */
  hasAnswered(name: string): boolean {
    return this.known.get(name)?.version !== undefined && !this.acks.waitsForResource(name);
  }

  /** Sends these again where the client subscribes to them, whatever it has. */
  resend(names: Iterable<string>): void {
    for (const name of names) {
      if (!this.names.covers(name)) continue;
      this.resends.add(name);
      this.#idleAt = undefined;
    }
  }

  /**
   * What is to be sent for the client to have this content, or undefined if nothing is.
   *
   * @param permissions asked only if something would be taken away from the client
   */
  next(content: TypeSnapshot, permissions: Permissions): ResponseContent | undefined {
    if (this.#idleAt === content) return undefined;
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
    return response;
  }

  /** Takes note that the response is on its way. */
  sent(response: ResponseContent, nonce: string, generation: number): void {
    const { resources, removed, version } = response;
    for (const resource of resources) {
      this.known.set(resource.name, { version: resource.version, resource });
      this.resends.delete(resource.name);
    }
    this.remember(response);
    this.answeredOnce = true;
    this.acks.sent(nonce, { version, generation, names: [...resources.map(({ name }) => name), ...removed] });
  }

  /** The resources of this response that the client did not have before. */
  newOnes({ resources }: ResponseContent): EncodedResource[] {
    return resources.filter(({ name }) => this.known.get(name)?.version === undefined);
  }

  protected abstract subscribe(request: ChannelRequest): void;

  protected abstract plan(content: TypeSnapshot, permissions: Permissions): ResponseContent | undefined;

  /** Notes what a response says beyond the resources in it. */
  protected abstract remember(response: ResponseContent): void;

  #answerIn({ nonce, error }: ChannelRequest, now: Date): Answer | undefined {
    // "The presence of error_detail, not the version, tells a NACK from an ACK."
    if (error !== undefined) {
      const rejected = this.acks.nack(nonce, error, now);
      return rejected && { kind: 'nack', version: rejected.version, message: error };
    }
    const accepted = this.acks.ack(nonce);
    return accepted && { kind: 'ack', version: accepted.version };
  }
}
