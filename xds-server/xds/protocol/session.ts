import { EMPTY_TYPE } from '../snapshot.ts';
import type { Answer, Channel, ChannelRequest, ResponseContent } from './channel.ts';
import type { Client } from './client.ts';
import { DeltaChannel } from './delta-channel.ts';
import { CLUSTER, RESOURCE_TYPES, type ResourceType, resourceType } from './resource-types.ts';
import { SotwChannel } from './sotw-channel.ts';

export type Variant = 'sotw' | 'delta';

export interface Outgoing extends ResponseContent {
  readonly typeUrl: string;
  readonly nonce: string;
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
  readonly #channels = new Map<string, Channel>();
  #responses = 0;

  /** @param id unique among all sessions, also those of other servers and of this one before a restart */
  constructor(variant: Variant, client: Client, id: string) {
    this.variant = variant;
    this.client = client;
    this.#noncePrefix = id;
    client.join(this);
  }

  /** In the order in which responses are sent. */
  get channels(): Channel[] {
    return RESOURCE_TYPES.flatMap(({ typeUrl }) => this.#channels.get(typeUrl) ?? []);
  }

  channel(typeUrl: string): Channel | undefined {
    return this.#channels.get(typeUrl);
  }

  /** The client brought resources from an earlier stream. */
  get resumed(): boolean {
    return [...this.#channels.values()].some((channel) => channel.resumed);
  }

  /** @returns the ACK or NACK in the request, if it answers a response that waits for one */
  receive(request: SessionRequest, now: Date): Answer | undefined {
    const type = resourceType(request.typeUrl);
    // A type that this server does not have: the client may subscribe, nothing will ever come.
    if (!type) return undefined;
    return this.#channelOf(type).receive(request, now);
  }

  pull(now: Date): Outgoing | undefined {
    const { target, generation } = this.client;
    if (!target) return undefined;
    for (const channel of this.channels) {
      const { typeUrl } = channel.type;
      if (channel.acks.open >= MAX_UNANSWERED || this.client.waitsForClusters(channel, now)) continue;
      const content = target.types.get(typeUrl) ?? EMPTY_TYPE;
      const response = channel.next(content, {
        remove: () => this.client.mayRemove(channel.type, now),
        deny: () => this.client.mayDeny(channel.type, now),
      });
      if (!response) continue;
      const nonce = `${this.#noncePrefix}.${++this.#responses}`;
      if (typeUrl === CLUSTER) this.client.clustersGoOut(channel, response, nonce, now);
      channel.sent(response, nonce, generation);
      return { typeUrl, nonce, ...response };
    }
    return undefined;
  }

  close(): void {
    this.client.leave(this);
  }

  #channelOf(type: ResourceType): Channel {
    let channel = this.#channels.get(type.typeUrl);
    if (!channel) {
      channel = this.variant === 'sotw' ? new SotwChannel(type) : new DeltaChannel(type);
      this.client.opens(type);
      this.#channels.set(type.typeUrl, channel);
    }
    return channel;
  }
}
