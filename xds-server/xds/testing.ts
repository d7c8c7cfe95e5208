import type { ChannelRequest } from './protocol/channel.ts';
import { Client } from './protocol/client.ts';
import { CLUSTER, ENDPOINT, EXTENSION_CONFIG, LISTENER, ROUTE, RUNTIME } from './protocol/resource-types.ts';
import { type Outgoing, Session, type SessionOptions, type Variant } from './protocol/session.ts';
import type { ResourceJson } from './resource.ts';
import type { Snapshot } from './snapshot.ts';

/** Small resources and a hand-driven client, for tests of this room. */

/** @param detail makes two clusters of one name differ */
export function cluster(name: string, detail = 1): ResourceJson {
  return { '@type': CLUSTER, name, connect_timeout: `${detail}s` };
}

export function edsCluster(name: string, serviceName: string, detail = 1): ResourceJson {
  return { ...cluster(name, detail), type: 'EDS', eds_cluster_config: { service_name: serviceName } };
}

export function endpoints(name: string, port = 1): ResourceJson {
  const address = { socket_address: { address: '127.0.0.1', port_value: port } };
  return { '@type': ENDPOINT, cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
}

export function listener(name: string, detail = 1): ResourceJson {
  return { '@type': LISTENER, name, listener_filters_timeout: `${detail}s` };
}

export function route(name: string, to: string): ResourceJson {
  const routes = [{ match: { prefix: '/' }, route: { cluster: to } }];
  return { '@type': ROUTE, name, virtual_hosts: [{ name: 'all', domains: ['*'], routes }] };
}

export function runtime(name: string, value = 1): ResourceJson {
  return { '@type': RUNTIME, name, layer: { value } };
}

export function extension(name: string, value = 'a'): ResourceJson {
  const config = { '@type': 'type.googleapis.com/google.protobuf.StringValue', value };
  return { '@type': EXTENSION_CONFIG, name, typed_config: config };
}

function request(fields: Partial<ChannelRequest> = {}): ChannelRequest {
  return { nonce: '', names: [], unsubscribe: [], initialVersions: {}, resumes: false, ...fields };
}

/** A client that says what the test says, on one stream. */
export class HandClient {
  readonly client: Client;
  readonly session: Session;
  nowMs = 0;

  constructor(
    variant: Variant,
    client = new Client({ newClusterWaitMs: 5000, resumeWaitMs: 1000 }),
    options: SessionOptions = {},
  ) {
    this.client = client;
    this.session = new Session(variant, client, 'n', options);
  }

  set(snapshot: Snapshot | undefined): void {
    this.client.setTarget(snapshot);
  }

  send(typeUrl: string, fields: Partial<ChannelRequest> = {}) {
    return this.session.receive({ typeUrl, ...request(fields) }, new Date(this.nowMs));
  }

  /** All responses that are due. */
  pull(): Outgoing[] {
    const responses: Outgoing[] = [];
    for (let next = this.session.pull(this.nowMs); next; next = this.session.pull(this.nowMs)) responses.push(next);
    return responses;
  }

  /** Acknowledges, as both variants do it: in the state-of-the-world variant the request repeats the names. */
  ack({ typeUrl, nonce }: Outgoing, fields: Partial<ChannelRequest> = {}) {
    const names = this.session.variant === 'sotw' ? this.#names(typeUrl) : [];
    return this.send(typeUrl, { nonce, names, ...fields });
  }

  nack(response: Outgoing, error = 'no good') {
    return this.ack(response, { error });
  }

  #names(typeUrl: string): string[] {
    const names = this.session.channel(typeUrl)?.names;
    return names ? [...names.explicit, ...(names.wildcard && names.explicit.size > 0 ? ['*'] : [])] : [];
  }
}

/** `cluster: a b, -c` for each response. */
export function summary(responses: readonly Outgoing[]): string[] {
  return responses.map(({ typeUrl, resources, removed }) => {
    const names = [...resources.map(({ name }) => name), ...removed.map((name) => `-${name}`)];
    return `${SHORT[typeUrl]}: ${names.sort().join(' ')}`.trim();
  });
}

const SHORT: Record<string, string> = {
  [CLUSTER]: 'cluster',
  [ENDPOINT]: 'endpoint',
  [EXTENSION_CONFIG]: 'extension',
  [LISTENER]: 'listener',
  [ROUTE]: 'route',
  [RUNTIME]: 'runtime',
};
