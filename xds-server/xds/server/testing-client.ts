import { type ChannelCredentials, Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { messageNameOf, messageType } from '../../../protos/index.ts';
import { resourceType } from '../protocol/resource-types.ts';
import type { Variant } from '../protocol/session.ts';

type Fields = Record<string, unknown>;

/** A response as any xDS client would read it. */
export interface Response {
  readonly type_url: string;
  readonly nonce: string;
  readonly version_info: string;
  readonly system_version_info: string;
  readonly resources: ReadonlyArray<{
    readonly name: string;
    readonly version: string;
    readonly type_url: string;
    readonly value: Uint8Array;
  }>;
  readonly removed_resources: readonly string[];
}

/** A gRPC connection to an xDS server, for tests. */
export class TestingClient {
  readonly #client: Client;

  constructor(port: number, channel: ChannelCredentials = credentials.createInsecure()) {
    this.#client = new Client(`127.0.0.1:${port}`, channel);
  }

  /** @param typeUrl absent: the aggregated stream */
  stream(variant: Variant, node: string, typeUrl?: string): TestingStream {
    const type = typeUrl === undefined ? undefined : resourceType(typeUrl)!;
    const aggregated = '/envoy.service.discovery.v3.AggregatedDiscoveryService';
    const [sotw, delta] = type
      ? [`/${type.service}/${type.streamMethod}`, `/${type.service}/${type.deltaMethod}`]
      : [`${aggregated}/StreamAggregatedResources`, `${aggregated}/DeltaAggregatedResources`];
    const prefix = variant === 'sotw' ? '' : 'Delta';
    const request = messageType(`envoy.service.discovery.v3.${prefix}DiscoveryRequest`);
    const response = messageType(`envoy.service.discovery.v3.${prefix}DiscoveryResponse`);
    const call = this.#client.makeBidiStreamRequest<Fields, Response>(
      variant === 'sotw' ? sotw : delta,
      (fields) => Buffer.from(request.encode(request.fromObject(fields)).finish()),
      (bytes) => response.decode(bytes) as unknown as Response,
    );
    return new TestingStream(call, node);
  }

  close(): void {
    this.#client.close();
  }
}

export class TestingStream {
  readonly call: ClientDuplexStream<Fields, Response>;
  /** Status code of the end of the stream. */
  readonly ended: Promise<{ readonly code: number; readonly details: string }>;
  readonly received: Response[] = [];
  readonly #node: string;
  readonly #waiting: Array<() => void> = [];
  #taken = 0;
  #first = true;

  constructor(call: ClientDuplexStream<Fields, Response>, node: string) {
    this.call = call;
    this.#node = node;
    call.on('data', (response: Response) => {
      this.received.push(response);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    call.on('error', () => undefined);
    this.ended = new Promise((resolve) => call.on('status', resolve));
  }

  /** As clients do it, only the first request says who they are. */
  send(fields: Fields): void {
    this.call.write(this.#first ? { node: { id: this.#node }, ...fields } : fields);
    this.#first = false;
  }

  ack({ type_url, nonce, version_info }: Response, fields: Fields = {}): void {
    this.send({ type_url, response_nonce: nonce, ...(version_info ? { version_info } : {}), ...fields });
  }

  async next(): Promise<Response> {
    while (this.received.length === this.#taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.received[this.#taken++]!;
  }
}

/** The names in a response: the resource wrappers of delta say them, those of state of the world have to be opened. */
export function namesIn({ resources }: Response): string[] {
  return resources.map(({ name, type_url, value }) => {
    if (name) return name;
    const fields = messageType(messageNameOf(type_url)!).decode(value) as unknown as Fields;
    return String(fields.name || fields.cluster_name);
  });
}
