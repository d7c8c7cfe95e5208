import { setTimeout as after } from 'node:timers/promises';
import { Client, type ClientDuplexStream, credentials, type StatusObject } from '@grpc/grpc-js';
import { messageNameOf, messageType } from '../../protos/index.ts';
import { METHODS, RESOURCE, type Variant } from './variants.ts';

/** One resource in a response, as the client understands it in either variant. */
export interface Received {
  readonly name: string;
  /** State of the world: that of the response. */
  readonly version: string;
  readonly ttlMs?: number;
  /** The `Resource` that names it holds no resource. */
  readonly heartbeat: boolean;
  /** State of the world: it came in a `Resource`. */
  readonly wrapped: boolean;
}

export interface Response {
  readonly typeUrl: string;
  readonly nonce: string;
  readonly version: string;
  readonly resources: readonly Received[];
  readonly removed: readonly string[];
  /** Counts the responses of this client over all its streams. */
  readonly order: number;
}

export interface Request {
  /** State of the world: all names. Delta: names to subscribe. */
  readonly names?: readonly string[];
  readonly unsubscribe?: readonly string[];
  readonly nonce?: string;
  readonly version?: string;
  readonly error?: string;
  readonly initialVersions?: Readonly<Record<string, string>>;
}

export interface ClientOptions {
  readonly node: string;
  readonly clientFeatures?: readonly string[];
}

const RESPONSE_WITHIN_MS = 6000;
/**
 * How long a client listens before it says that nothing came. A server on the same machine answers within a few
 * milliseconds; there is no request whose answer would prove the silence of any server.
 */
const SILENCE_MS = 250;
const ENDS_WITHIN_MS = 5000;
/** A wait is made of so many shorter ones, so that a moment in which this process could not listen is only one of them. */
const LOOKS = 10;

type Fields = Record<string, unknown>;
type Stream = ClientDuplexStream<Fields, Response>;

/** What the client said and heard of one type. */
class Subscription {
  readonly unread: Response[] = [];
  readonly names = new Set<string>();
  /** State of the world: of the last response, and of the last one that was accepted. */
  nonce = '';
  version = '';
}

/**
 * An xDS client that does only what it is told: it knows both variants and both kinds of streams, and keeps no rules of
 * its own but those of a well-behaved client: who it is comes first, and a request repeats what the last response said.
 */
export class XdsClient {
  readonly variant: Variant;
  /** How the first stream ended. */
  readonly ended: Promise<StatusObject>;
  readonly #grpc: Client;
  readonly #options: ClientOptions;
  readonly #streams = new Map<string, Stream>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #waiting = new Set<() => void>();
  #responses = 0;
  #end!: (status: StatusObject) => void;
  #status: StatusObject | undefined;

  constructor(address: string, variant: Variant, options: ClientOptions) {
    this.variant = variant;
    this.#options = options;
    this.#grpc = new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Writes exactly this, and the node if it is the first on its stream. */
  request(
    typeUrl: string,
    { names = [], unsubscribe = [], nonce = '', version, error, initialVersions }: Request,
  ): void {
    const common = {
      type_url: typeUrl,
      response_nonce: nonce,
      ...(error === undefined ? {} : { error_detail: { code: 3, message: error } }),
    };
    const own =
      this.variant.protocol === 'sotw'
        ? { version_info: version ?? '', resource_names: names }
        : {
            resource_names_subscribe: names,
            resource_names_unsubscribe: unsubscribe,
            initial_resource_versions: initialVersions ?? {},
          };
    this.write(typeUrl, { ...common, ...own });
  }

  /** Changes the subscription and says so as a well-behaved client does. An empty list first of all: wildcard. */
  subscribe(typeUrl: string, add: readonly string[] = [], remove: readonly string[] = []): void {
    const subscription = this.#subscription(typeUrl);
    for (const name of add) subscription.names.add(name);
    for (const name of remove) subscription.names.delete(name);
    if (this.variant.protocol === 'delta') this.request(typeUrl, { names: add, unsubscribe: remove });
    else this.#sotw(typeUrl);
  }

  /** The first request of a client that has been here before. */
  reconnect(typeUrl: string, names: readonly string[], has: Pick<Request, 'version' | 'initialVersions'>): void {
    for (const name of names) this.#subscription(typeUrl).names.add(name);
    this.request(typeUrl, { names, ...has });
  }

  ack(response: Response): void {
    const subscription = this.#subscription(response.typeUrl);
    subscription.version = response.version;
    if (this.variant.protocol === 'delta') this.request(response.typeUrl, { nonce: response.nonce });
    else this.#sotw(response.typeUrl);
  }

  nack(response: Response, error: string): void {
    if (this.variant.protocol === 'delta') this.request(response.typeUrl, { nonce: response.nonce, error });
    else this.#sotw(response.typeUrl, error);
  }

  /** The next response of the type that was not read. */
  async next(typeUrl: string, withinMs = RESPONSE_WITHIN_MS): Promise<Response> {
    const { unread } = this.#subscription(typeUrl);
    if (!(await this.#until(() => unread.length > 0, withinMs))) {
      throw new Error(`no response of ${short(typeUrl)} within ${withinMs} ms`);
    }
    return unread.shift()!;
  }

  async nextAcked(typeUrl: string): Promise<Response> {
    const response = await this.next(typeUrl);
    this.ack(response);
    return response;
  }

  /** Reads and acknowledges until a response is what the caller waits for. */
  async until(typeUrl: string, awaited: (response: Response) => boolean): Promise<Response> {
    for (let tries = 0; tries < 50; tries++) {
      const response = await this.nextAcked(typeUrl);
      if (awaited(response)) return response;
    }
    throw new Error(`50 responses of ${short(typeUrl)}, none of them as expected`);
  }

  /** Reads and acknowledges until nothing comes any more. */
  async drain(...typeUrls: string[]): Promise<Response[]> {
    const drained: Response[] = [];
    const unread = () => typeUrls.flatMap((typeUrl) => this.#subscription(typeUrl).unread.splice(0));
    const some = () => typeUrls.some((typeUrl) => this.#subscription(typeUrl).unread.length > 0);
    while (drained.length < 200 && (await this.#until(some, SILENCE_MS))) {
      for (const response of unread()) {
        this.ack(response);
        drained.push(response);
      }
    }
    return drained;
  }

  /** @throws Error if a response of the type comes */
  async silent(typeUrl: string, forMs = SILENCE_MS): Promise<void> {
    const { unread } = this.#subscription(typeUrl);
    if (await this.#until(() => unread.length > 0, forMs)) {
      throw new Error(`nothing was due, but there came ${describe(unread[0]!)}`);
    }
  }

  /** Stops reading: what the server writes stays in the network's buffers and then in the server. */
  pause(typeUrl: string): void {
    this.#streams.get(this.#streamKey(typeUrl))?.pause();
  }

  resume(typeUrl: string): void {
    this.#streams.get(this.#streamKey(typeUrl))?.resume();
  }

  /** Ends all streams, as a client does that goes away in an orderly manner, and waits for the server's word. */
  async close(): Promise<void> {
    for (const stream of this.#streams.values()) stream.end();
    const patience = new AbortController();
    const late = after(ENDS_WITHIN_MS, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([this.ended, late]);
    patience.abort();
    this.abandon();
  }

  /** Ends all streams at once. */
  abandon(): void {
    for (const stream of this.#streams.values()) stream.cancel();
    this.#grpc.close();
  }

  write(typeUrl: string, fields: Fields): void {
    const known = this.#streams.get(this.#streamKey(typeUrl));
    if (known) {
      known.write(fields);
      return;
    }
    const { node, clientFeatures = [] } = this.#options;
    const identity = {
      id: node,
      cluster: 'conformance',
      user_agent_name: 'conformance',
      client_features: clientFeatures,
    };
    this.#open(typeUrl).write({ node: identity, ...fields });
  }

  #sotw(typeUrl: string, error?: string): void {
    const { names, nonce, version } = this.#subscription(typeUrl);
    this.request(typeUrl, { names: [...names], nonce, version, ...(error === undefined ? {} : { error }) });
  }

  #subscription(typeUrl: string): Subscription {
    const known = this.#subscriptions.get(typeUrl) ?? new Subscription();
    this.#subscriptions.set(typeUrl, known);
    return known;
  }

  #streamKey(typeUrl: string): string {
    return this.variant.streams === 'ads' ? '' : typeUrl;
  }

  #open(typeUrl: string): Stream {
    const { protocol } = this.variant;
    const prefix = protocol === 'sotw' ? '' : 'Delta';
    const request = messageType(`envoy.service.discovery.v3.${prefix}DiscoveryRequest`);
    const response = messageType(`envoy.service.discovery.v3.${prefix}DiscoveryResponse`);
    const stream = this.#grpc.makeBidiStreamRequest<Fields, Response>(
      METHODS[this.variant.streams === 'ads' ? 'ads' : typeUrl]![protocol],
      (fields) => Buffer.from(request.encode(request.fromObject(fields)).finish()),
      (bytes) => read(response.decode(bytes) as unknown as WireResponse, ++this.#responses),
    );
    stream.on('data', (received: Response) => {
      const subscription = this.#subscription(received.typeUrl);
      subscription.nonce = received.nonce;
      subscription.unread.push(received);
      this.#wake();
    });
    stream.on('error', () => undefined);
    stream.on('status', (status: StatusObject) => {
      this.#status ??= status;
      this.#end(status);
      this.#wake();
    });
    this.#streams.set(this.#streamKey(typeUrl), stream);
    return stream;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  async #until(condition: () => boolean, withinMs: number): Promise<boolean> {
    for (let look = 0; look < LOOKS; look++) {
      const deadline = performance.now() + withinMs / LOOKS;
      for (let leftMs = withinMs / LOOKS; leftMs > 0; leftMs = deadline - performance.now()) {
        if (condition()) return true;
        if (this.#status && this.#status.code !== 0) {
          throw new Error(`the stream ended: ${this.#status.code} ${this.#status.details}`);
        }
        await this.#wokenWithin(leftMs);
      }
    }
    return condition();
  }

  #wokenWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }
}

interface WireAny {
  readonly type_url: string;
  readonly value: Uint8Array;
}

interface WireResource {
  readonly name: string;
  readonly version: string;
  readonly resource: WireAny | null;
  readonly ttl: { readonly seconds: number | bigint; readonly nanos: number } | null;
}

interface WireResponse {
  readonly type_url: string;
  readonly nonce: string;
  readonly version_info?: string;
  readonly system_version_info?: string;
  readonly resources: ReadonlyArray<WireAny | WireResource>;
  readonly removed_resources?: readonly string[];
}

function read(wire: WireResponse, order: number): Response {
  const version = wire.version_info ?? wire.system_version_info ?? '';
  return {
    typeUrl: wire.type_url,
    nonce: wire.nonce,
    version,
    resources: wire.resources.map((resource) => readResource(resource, version)),
    removed: wire.removed_resources ?? [],
    order,
  };
}

function readResource(resource: WireAny | WireResource, version: string): Received {
  if ('version' in resource) return unwrap(resource);
  if (resource.type_url !== RESOURCE) return { name: nameIn(resource), version, heartbeat: false, wrapped: false };
  const wrapper = messageType(messageNameOf(RESOURCE)!).decode(resource.value) as unknown as WireResource;
  // Some servers leave the version to the response; Envoy reads it there, too.
  return { ...unwrap(wrapper), version: wrapper.version || version };
}

function unwrap({ name, version, resource, ttl }: WireResource): Received {
  return {
    name,
    version,
    heartbeat: resource === null,
    wrapped: true,
    ...(ttl ? { ttlMs: Number(ttl.seconds) * 1000 + ttl.nanos / 1_000_000 } : {}),
  };
}

function nameIn({ type_url, value }: WireAny): string {
  const fields = messageType(messageNameOf(type_url)!).decode(value) as unknown as Fields;
  return String(fields.name || fields.cluster_name);
}

/** For people: `Cluster [a b] removed [c]`. */
export function describe({ typeUrl, resources, removed }: Response): string {
  const gone = removed.length > 0 ? ` removed [${removed.join(' ')}]` : '';
  return `${short(typeUrl)} [${resources.map(({ name, heartbeat }) => (heartbeat ? `${name} (heartbeat)` : name)).join(' ')}]${gone}`;
}

function short(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1);
}
