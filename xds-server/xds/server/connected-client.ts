import type { Holding } from '../protocol/channel.ts';
import type { Client } from '../protocol/client.ts';
import { RESOURCE_TYPES } from '../protocol/resource-types.ts';
import type { XdsStream } from './stream.ts';
import type { NodeInfo } from './wire.ts';

/** What a client is and has, for people and machines to read. */
export interface ClientStatus {
  readonly node: string;
  readonly cluster: string;
  readonly group: string;
  /** Address of the client, as gRPC writes it. */
  readonly peer: string;
  readonly userAgent: string;
  readonly userAgentVersion: string;
  /** What the client says of itself in its own words. */
  readonly metadata?: unknown;
  readonly connectedSince: Date;
  /** It has everything in use that it shall have, of what it subscribes to. */
  readonly upToDate: boolean;
  /** By the short name of the type, such as `cluster`; only types that the client subscribes to. */
  readonly types: Readonly<Record<string, TypeStatus>>;
}

interface TypeStatus {
  readonly typeUrl: string;
  /** It asks for all there are. */
  readonly wildcard: boolean;
  /** What it asks for by name, over all its streams. */
  readonly names: readonly string[];
  /** Absent if nothing had to be sent on this connection. */
  readonly sentVersion?: string;
  /** What the client works with. */
  readonly ackedVersion?: string;
  /** Of content that the client still lacks because it rejected it. */
  readonly lastRejection?: { readonly version: string; readonly message: string; readonly at: Date };
}

/** Resource by resource, what a client has. */
export interface ClientHoldings {
  readonly node: NodeInfo;
  readonly resources: readonly ResourceHolding[];
}

export interface ResourceHolding extends Holding {
  readonly typeUrl: string;
  /** It is what the client shall have now. */
  readonly current: boolean;
  /** If it was rejected, by what response and in which words. */
  readonly rejection?: { readonly version: string; readonly message: string; readonly at: Date };
}

/** A node that is connected, with its streams. */
export class ConnectedClient {
  /** Tells apart all that are connected. */
  readonly key: string;
  readonly node: NodeInfo;
  readonly group: string;
  readonly protocol: Client;
  readonly connectedSince = new Date();
  readonly streams = new Set<XdsStream>();
  #wake: NodeJS.Timeout | undefined;

  constructor(key: string, node: NodeInfo, group: string, protocol: Client) {
    this.key = key;
    this.node = node;
    this.group = group;
    this.protocol = protocol;
  }

  flush(): void {
    // Read before the streams look what is due: what becomes due while they do would be neither sent nor waited for.
    const nowMs = performance.now();
    for (const stream of this.#inOrder()) stream.flush();
    clearTimeout(this.#wake);
    const wakesAt = this.protocol.wakesAt(nowMs);
    if (wakesAt === undefined) return;
    this.#wake = setTimeout(() => this.flush(), wakesAt - nowMs);
    this.#wake.unref();
  }

  remove(stream: XdsStream): void {
    this.streams.delete(stream);
    stream.close();
    if (this.streams.size === 0) clearTimeout(this.#wake);
  }

  status(): ClientStatus {
    const [first] = this.streams;
    return {
      node: this.node.id,
      cluster: this.node.cluster,
      group: this.group,
      peer: first?.peer ?? '',
      userAgent: this.node.userAgent,
      userAgentVersion: this.node.userAgentVersion,
      metadata: this.node.metadata,
      connectedSince: this.connectedSince,
      upToDate: this.#isUpToDate(),
      types: Object.fromEntries(
        this.protocol.channels.map((channel) => {
          const { type, acks } = channel;
          const { sentVersion, lastRejection } = acks;
          const ackedVersion = this.protocol.versionInUse(channel);
          const status: TypeStatus = {
            typeUrl: type.typeUrl,
            ...this.#asked(type.typeUrl),
            ...(sentVersion === undefined ? {} : { sentVersion }),
            ...(ackedVersion === undefined ? {} : { ackedVersion }),
            ...(lastRejection === undefined
              ? {}
              : {
                  lastRejection: {
                    version: lastRejection.version,
                    message: lastRejection.message,
                    at: lastRejection.at,
                  },
                }),
          };
          return [type.name, status];
        }),
      ),
    };
  }

  /** Envoy may open several streams for one type. */
  #asked(typeUrl: string): Pick<TypeStatus, 'wildcard' | 'names'> {
    const channels = this.protocol.channels.filter((channel) => channel.type.typeUrl === typeUrl);
    const names = channels.flatMap((channel) => [...channel.names.explicit]);
    return { wildcard: channels.some((channel) => channel.names.wildcard), names: [...new Set(names)] };
  }

  #isUpToDate(): boolean {
    const { channels, quiet } = this.protocol;
    return channels.length > 0 && quiet && channels.every(({ acks }) => acks.lastRejection === undefined);
  }

  holdings(): ClientHoldings {
    const resources = this.protocol.channels.flatMap(({ type: { typeUrl }, acks, holdings }) => {
      const target = this.protocol.target?.types.get(typeUrl)?.resources;
      return holdings.map((holding): ResourceHolding => {
        const rejection = holding.state === 'rejected' ? acks.lastRejection : undefined;
        const current = target?.get(holding.name)?.version === holding.version;
        return { typeUrl, ...holding, current, ...(rejection && { rejection }) };
      });
    });
    return { node: this.node, resources };
  }

  /** A stream a type: the one for clusters goes first, as on an aggregated stream. */
  #inOrder(): XdsStream[] {
    const rank = ({ session }: XdsStream) =>
      RESOURCE_TYPES.findIndex(({ typeUrl }) => session.channel(typeUrl) !== undefined);
    return this.streams.size === 1 ? [...this.streams] : [...this.streams].sort((a, b) => rank(a) - rank(b));
  }
}
