import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { Client } from '../protocol/client.ts';
import { Session } from '../protocol/session.ts';
import type { Snapshot } from '../snapshot.ts';
import type { SnapshotCache } from '../snapshot-cache.ts';
import { type AckResult, AckWait } from './ack-wait.ts';
import { type ClientHoldings, type ClientStatus, ConnectedClient } from './connected-client.ts';
import { type Peer, peerOf } from './peer.ts';
import { XDS_SERVICES, type XdsMethod } from './service-definitions.ts';
import { type GrpcStream, XdsStream } from './stream.ts';
import type { NodeInfo, WireRequest } from './wire.ts';

export const DEFAULT_GROUP = 'default';

export interface XdsServerOptions {
  readonly cache: SnapshotCache;
  /** Which snapshot a node gets. If not given, all nodes are one group, `DEFAULT_GROUP`. */
  readonly groupOf?: (node: NodeInfo) => string;
  /**
   * Called with every node that opens a stream, and with what is proven of it; an answer is why it is refused, with
   * PERMISSION_DENIED. If not given, all are served.
   */
  readonly refusalOf?: (node: NodeInfo, peer: Peer) => string | undefined;
  /** If not given, plain text. */
  readonly credentials?: ServerCredentials;
  /**
   * How long new routes, listeners and filters wait at most until the client has acknowledged clusters that are new to
   * it, which Envoy does once they can take traffic. 0: not at all. If not given, 5 s.
   */
  readonly newClusterWaitMs?: number;
  /**
   * A larger message is refused with RESOURCE_EXHAUSTED, of whichever service on the port. If not given, 4 MiB: a
   * reconnecting client lists all that it has, so that is room for tens of thousands of resources.
   */
  readonly maxRequestBytes?: number;
  /** Further gRPC services on the same port. If not given, xDS alone. */
  readonly services?: ReadonlyArray<GrpcService | GrpcServiceOf>;
}

/** Makes a service that tells of the server on which it runs. */
export type GrpcServiceOf = (server: XdsServer) => GrpcService;

export interface GrpcService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

interface XdsServerEvents {
  connect: [client: ClientStatus];
  disconnect: [client: ClientStatus];
  refuse: [event: { readonly node: string; readonly peer: string; readonly reason: string }];
  ack: [event: { readonly node: string; readonly typeUrl: string; readonly version: string }];
  nack: [
    event: { readonly node: string; readonly typeUrl: string; readonly version: string; readonly message: string },
  ];
}

export interface AckWaitOptions {
  readonly timeoutMs: number;
  /** Types, by URL, of which a rejection counts as an answer like any other. If not given, none. */
  readonly ignoring?: readonly string[];
}

export interface XdsServer {
  /** @param address `host:port`; port 0 takes a free one */
  listen(address: string): Promise<{ readonly port: number }>;
  /** Ends all streams. Clients keep what they have and reconnect to the next server. */
  close(): Promise<void>;
  clients(): ClientStatus[];
  /** Resource by resource, what each client has. */
  holdings(): ClientHoldings[];
  /**
   * Resolves as soon as every client of the group that is connected now has acknowledged the snapshot, in what it
   * subscribes to; early when one rejects it; at last after the time given. Never rejects.
   */
  waitForAck(group: string, snapshot: Snapshot, options: AckWaitOptions): Promise<AckResult>;
  on<Name extends keyof XdsServerEvents>(name: Name, listener: (...args: XdsServerEvents[Name]) => void): void;
}

/** An xDS control plane: serves the snapshots of the cache to every client that connects, and follows their changes. */
export function createXdsServer(options: XdsServerOptions): XdsServer {
  return new GrpcXdsServer(options);
}

/** A client that reconnects subscribes to everything within this time, also when it opens a stream a type. */
const RESUME_WAIT_MS = 2000;
const NEW_CLUSTER_WAIT_MS = 5000;
/** Clients that get a new snapshot in one turn of the event loop. */
const FLUSH_BATCH = 64;

const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** Channelz stays on: without it grpc-js 1.14 leaves connections open when the server is shut down. */
const CHANNEL_OPTIONS = {
  // Finds clients that vanished without a word.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
};

class GrpcXdsServer implements XdsServer {
  readonly #options: XdsServerOptions;
  readonly #grpc: Server;
  readonly #events = new EventEmitter<XdsServerEvents>();
  readonly #clients = new Map<string, ConnectedClient>();
  readonly #waits = new Set<AckWait>();
  readonly #unwatch: () => void;
  /** Nonces start with it, so those of an earlier server or stream are never taken for ours. */
  readonly #id = randomBytes(4).toString('hex');
  #streams = 0;

  constructor(options: XdsServerOptions) {
    this.#options = options;
    const maxBytes = options.maxRequestBytes ?? MAX_REQUEST_BYTES;
    this.#grpc = new Server({ ...CHANNEL_OPTIONS, 'grpc.max_receive_message_length': maxBytes });
    this.#unwatch = options.cache.watch((group) => this.#snapshotChanged(group));
    for (const { definition, methods } of XDS_SERVICES) {
      const handlers = Object.entries(methods).map(
        ([name, method]) => [name, (call: GrpcStream) => this.#serve(call, method)] as const,
      );
      this.#grpc.addService(definition, Object.fromEntries(handlers));
    }
    for (const service of options.services ?? []) {
      const { definition, implementation } = typeof service === 'function' ? service(this) : service;
      this.#grpc.addService(definition, implementation);
    }
  }

  listen(address: string): Promise<{ port: number }> {
    const credentials = this.#options.credentials ?? ServerCredentials.createInsecure();
    return new Promise((resolve, reject) => {
      this.#grpc.bindAsync(address, credentials, (error, port) => (error ? reject(error) : resolve({ port })));
    });
  }

  async close(): Promise<void> {
    this.#unwatch();
    for (const wait of this.#waits) wait.end();
    this.#grpc.forceShutdown();
  }

  clients(): ClientStatus[] {
    return [...this.#clients.values()].map((client) => client.status());
  }

  holdings(): ClientHoldings[] {
    return [...this.#clients.values()].map((client) => client.holdings());
  }

  async waitForAck(group: string, snapshot: Snapshot, { timeoutMs, ignoring }: AckWaitOptions): Promise<AckResult> {
    const clients = [...this.#clients.values()].filter((client) => client.group === group);
    // A snapshot that was never set would never be acknowledged.
    const isSet =
      this.#options.cache.get(group) === snapshot || clients.some((client) => client.protocol.target === snapshot);
    if (!isSet)
      return { acked: 0, of: clients.length, tookMs: 0, rejections: [], pending: clients.map(({ node }) => node.id) };
    const wait = new AckWait(clients, timeoutMs, ignoring);
    this.#waits.add(wait);
    return wait.result.finally(() => this.#waits.delete(wait));
  }

  on<Name extends keyof XdsServerEvents>(name: Name, listener: (...args: XdsServerEvents[Name]) => void): void {
    this.#events.on(name, listener as never);
  }

  #snapshotChanged(group: string): void {
    const snapshot = this.#options.cache.get(group);
    const clients = [...this.#clients.values()].filter((client) => client.group === group);
    for (const client of clients) client.protocol.setTarget(snapshot);
    this.#flush(clients);
  }

  /** In batches, so that the first clients read and answer while responses for the last are still being made. */
  #flush(clients: readonly ConnectedClient[]): void {
    for (const client of clients.slice(0, FLUSH_BATCH)) if (client.streams.size > 0) client.flush();
    if (clients.length > FLUSH_BATCH) setImmediate(() => this.#flush(clients.slice(FLUSH_BATCH)));
  }

  #serve(call: GrpcStream, method: XdsMethod): void {
    let stream: XdsStream | undefined;
    let client: ConnectedClient | undefined;
    const onRequest = (request: WireRequest) => {
      const typeUrl = request.typeUrl || method.type?.typeUrl;
      // "type_url: required on the aggregated stream, implicit on the others."
      if (!typeUrl) return fail(call, 'type_url is required on an aggregated stream');
      if (method.type && typeUrl !== method.type.typeUrl) {
        return fail(call, `this stream serves ${method.type.typeUrl} only`);
      }
      // "Only the first request on a stream is guaranteed to carry the node identifier", so it holds for the stream.
      if (!client || !stream) {
        const reason = this.#options.refusalOf?.(request.node ?? ANONYMOUS, peerOf(call));
        if (reason !== undefined) {
          call.emit('error', { code: status.PERMISSION_DENIED, details: reason });
          this.#events.emit('refuse', { node: request.node?.id ?? '', peer: call.getPeer(), reason });
          return;
        }
        const id = `${this.#id}.${++this.#streams}`;
        const node = request.node ?? ANONYMOUS;
        client = this.#clientOf(node, method);
        const resourceInSotw = node.clientFeatures.includes(RESOURCE_IN_SOTW);
        const session = new Session(method.variant, client.protocol, id, { resourceInSotw });
        stream = new XdsStream(call, session, client);
        this.#join(client, stream);
      }
      this.#receive(client, stream, { ...request, typeUrl });
    };
    call.on('data', (request: WireRequest) => {
      try {
        onRequest(request);
      } catch (error) {
        // What goes wrong with one client (a groupOf that throws, a listener of an event) must not end the others.
        call.emit('error', { code: status.INTERNAL, details: String(error) });
      }
    });
    const leave = () => {
      if (client && stream) this.#leave(client, stream);
    };
    call.on('end', () => {
      leave();
      call.end();
    });
    call.on('cancelled', leave);
    call.on('close', leave);
    call.on('error', leave);
  }

  #receive(client: ConnectedClient, stream: XdsStream, request: WireRequest): void {
    const answer = stream.receive(request);
    const { typeUrl } = request;
    const node = client.node.id;
    if (answer?.kind === 'ack') this.#events.emit('ack', { node, typeUrl, version: answer.version });
    if (answer?.kind === 'nack') {
      this.#events.emit('nack', { node, typeUrl, version: answer.version, message: answer.message });
    }
    client.flush();
    if (answer) for (const wait of this.#waits) wait.update(client);
  }

  #clientOf(node: NodeInfo, method: XdsMethod): ConnectedClient {
    const group = this.#options.groupOf?.(node) ?? DEFAULT_GROUP;
    // An aggregated stream is complete in itself. With a stream a type, those of one node belong together.
    const alone = method.type === undefined || node.id === '';
    const key = alone ? `stream ${this.#streams}` : JSON.stringify([group, node.id]);
    const known = this.#clients.get(key);
    if (known) return known;
    const protocol = new Client({
      newClusterWaitMs: this.#options.newClusterWaitMs ?? NEW_CLUSTER_WAIT_MS,
      resumeWaitMs: RESUME_WAIT_MS,
    });
    protocol.setTarget(this.#options.cache.get(group));
    return new ConnectedClient(key, node, group, protocol);
  }

  #join(client: ConnectedClient, stream: XdsStream): void {
    client.streams.add(stream);
    if (client.streams.size > 1) return;
    this.#clients.set(client.key, client);
    this.#events.emit('connect', client.status());
  }

  #leave(client: ConnectedClient, stream: XdsStream): void {
    if (!client.streams.has(stream)) return;
    const status = client.status();
    client.remove(stream);
    if (client.streams.size > 0) {
      client.flush();
      return;
    }
    this.#clients.delete(client.key);
    for (const wait of this.#waits) wait.disconnected(client);
    this.#events.emit('disconnect', status);
  }
}

/** What a client says that takes `Resource` in state-of-the-world responses, and with it times to live. */
const RESOURCE_IN_SOTW = 'xds.config.resource-in-sotw';

const ANONYMOUS: NodeInfo = {
  id: '',
  cluster: '',
  userAgent: '',
  userAgentVersion: '',
  metadata: {},
  clientFeatures: [],
};

function fail(call: GrpcStream, details: string): void {
  call.emit('error', { code: status.INVALID_ARGUMENT, details });
}
