/** An xDS client that knows the share of users that it has, and a policy in which users may be moved. */
import { messageType } from '../../protos/index.ts';
import { sampleRoute, usersKey } from '../../xds-server/resources/names.ts';
import { CLUSTER, RUNTIME } from '../../xds-server/xds/index.ts';
import type { TestingClient, TestingStream } from '../../xds-server/xds/server/testing-client.ts';

/** Steps: copies, 25% of everyone, everyone. */
export const USERS_POLICY = `
services: { v1: { address: "127.0.0.1:1" }, v2: { address: "127.0.0.1:2" } }
segments: { staff: { header: x-staff, present: true } }
mirrors:
  orders:
    match: { path: /api/orders }
    primary: v1
    shadow: v2
    sample: 5%
    segments: { staff: 100% }
    sticky: { cookie: user }
    rollout: { mirror: [100%], canary: { everyone: [25%, 100%] } }
`;

const USERS = usersKey(sampleRoute('orders'), 'v2');

/** Acknowledges whatever it is sent. */
export class UsersEnvoy {
  /** Shares in the order in which they came, in parts per million. */
  readonly shares: number[] = [];
  share: number | undefined;

  constructor(client: TestingClient, node: string) {
    const stream = client.stream('delta', node);
    stream.send({ type_url: CLUSTER, resource_names_subscribe: ['*'] });
    stream.send({ type_url: RUNTIME, resource_names_subscribe: ['shadowplane'] });
    void this.#answer(stream);
  }

  async #answer(stream: TestingStream): Promise<void> {
    for (;;) {
      const response = await stream.next();
      const [resource] = response.resources as unknown as Array<{ resource: { value: Uint8Array } }>;
      if (response.type_url === RUNTIME && resource) {
        const type = messageType('envoy.service.runtime.v3.Runtime');
        const { layer } = type.toObject(type.decode(resource.resource.value)) as { layer: Struct };
        this.share = layer.fields[USERS]?.structValue?.fields.numerator?.numberValue ?? 0;
        this.shares.push(this.share);
      }
      stream.ack(response);
    }
  }
}

interface Struct {
  readonly fields: Readonly<Record<string, { structValue?: Struct; numberValue?: number }>>;
}
