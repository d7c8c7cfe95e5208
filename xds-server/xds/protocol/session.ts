import { EMPTY_TYPE, type TypeSnapshot } from '../snapshot.ts';
import type { Answer, Channel, ChannelRequest, ResponseContent } from './channel.ts';
import type { Client } from './client.ts';
import { DeltaChannel } from './delta-channel.ts';
import { CLUSTER, RESOURCE_TYPES, type ResourceType, resourceType } from './resource-types.ts';
import { SotwChannel } from './sotw-channel.ts';

export type Variant = 'sotw' | 'delta';

export interface Outgoing extends ResponseContent {
  readonly typeUrl: string;
  readonly nonce: string;
  /** The client understands times to live. */
  readonly supportsTtl: boolean;
}

export interface SessionOptions {
  /** State of the world: the client takes resources wrapped in `Resource`, where a time to live has its place. */
  readonly resourceInSotw?: boolean;
}

/** A request as it came in, from either variant. */
export interface SessionRequest extends ChannelRequest {
  readonly typeUrl: string;
}

/** How many responses of a type may wait for their answer; what changes meanwhile is sent once, as its latest state. */
const MAX_UNANSWERED = 8;

/**
 * The protocol on one stream, without the stream: requests go in by `receive`, and `pull` gives the response that is due
 * next. It is made at the moment it can be written, from the latest content, so a client that reads slowly gets fewer
 * responses, not older ones.
 */
export class Session {
  readonly variant: Variant;
  readonly client: Client;
  readonly #noncePrefix: string;
  readonly #supportsTtl: boolean;
  readonly #channels = new Map<string, Channel>();
  #inOrder: readonly Channel[] = [];
  #responses = 0;

  /** @param id unique among all sessions, also those of other servers and of this one before a restart */
  constructor(variant: Variant, client: Client, id: string, { resourceInSotw = false }: SessionOptions = {}) {
    this.variant = variant;
    this.#supportsTtl = variant === 'delta' || resourceInSotw;
    this.client = client;
    this.#noncePrefix = id;
    client.join(this);
  }

  /** In the order in which responses are sent. */
  get channels(): readonly Channel[] {
    return this.#inOrder;
  }

  channel(typeUrl: string): Channel | undefined {
    return this.#channels.get(typeUrl);
  }

  /** The client brought resources from an earlier stream. */
  get resumed(): boolean {
    return this.#inOrder.some((channel) => channel.resumed);
  }

  /**
   * @param at of the wall clock, for people to read
   * @returns the ACK or NACK in the request, if it answers a response that waits for one
   */
  receive(request: SessionRequest, at: Date): Answer | undefined {
    const type = resourceType(request.typeUrl);
    // A type that this server does not have: the client may subscribe, nothing will ever come.
    if (!type) return undefined;
    return this.#channelOf(type).receive(request, at);
  }

  /** @param nowMs of a clock that never jumps: what waits, waits as long as was said */
  pull(nowMs: number): Outgoing | undefined {
    const { target, generation } = this.client;
    if (!target) return undefined;
    for (const channel of this.#inOrder) {
      const { typeUrl } = channel.type;
      if (channel.acks.open >= MAX_UNANSWERED) continue;
      const content = target.types.get(typeUrl) ?? EMPTY_TYPE;
      const news = this.#news(channel, content, nowMs);
      const response = news ?? channel.heartbeat(content, nowMs);
      if (!response) continue;
      const nonce = `${this.#noncePrefix}.${++this.#responses}`;
      if (news && typeUrl === CLUSTER) this.client.clustersGoOut(channel, news, nonce, nowMs);
      channel.sent(response, nonce, generation, nowMs);
      return { typeUrl, nonce, supportsTtl: this.#supportsTtl, ...response };
    }
    return undefined;
  }

  #news(channel: Channel, content: TypeSnapshot, nowMs: number): ResponseContent | undefined {
    if (channel.isIdleAt(content) || this.client.waitsForClusters(channel, nowMs)) return undefined;
    return channel.next(content, {
      remove: () => this.client.mayRemove(channel.type, nowMs),
      deny: () => this.client.mayDeny(channel.type, nowMs),
    });
  }

  close(): void {
    this.client.leave(this);
  }

  #channelOf(type: ResourceType): Channel {
    let channel = this.#channels.get(type.typeUrl);
    if (!channel) {
      const ofVariant = this.variant === 'sotw' ? SotwChannel : DeltaChannel;
      channel = new ofVariant(type, this.#supportsTtl);
      this.client.opens(type);
      this.#channels.set(type.typeUrl, channel);
      this.#inOrder = RESOURCE_TYPES.flatMap(({ typeUrl }) => this.#channels.get(typeUrl) ?? []);
    }
    return channel;
  }
}
