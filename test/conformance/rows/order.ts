import { CLUSTER, ENDPOINT, LISTENER, ROUTE } from '../../../xds-server/xds/index.ts';
import { describe, type Response, type XdsClient } from '../client.ts';
import { edsCluster, endpoints, listener, route } from '../resources.ts';
import { check, names, type Row, same } from '../row.ts';

/** Order and warming: rows 27 to 31. */
export const ORDER: readonly Row[] = [
  {
    row: 27,
    text: 'One snapshot with all types: CDS, EDS, LDS, RDS in order, without waiting for the CDS ACK.',
    note: 'Shadowplane is asked with `newClusterWaitMs: 0`: by default, listeners and routes that may name a new cluster wait for its ACK, at most 5 s, for row 29. Endpoints never wait. Streams of their own have no order between them; there only that all arrive is asserted.',
    async run({ set, connect, plane, variant }) {
      const client = connect({ address: plane.eagerAddress ?? plane.address });
      subscribeAll(client, ['x', 'y']);
      await set(stack('x'));
      const first = await oneOfEach(client);
      if (variant.streams === 'ads') inOrder(first);
      for (const response of first) client.ack(response);
      await client.drain(...TYPES);
      await set(stack('y', 2));
      const second = await oneOfEach(client);
      if (variant.streams === 'ads') inOrder(second);
    },
  },
  {
    row: 28,
    text: 'CDS update: EDS of that cluster is sent again, same version.',
    async run({ set, connect }) {
      const client = connect();
      await set([edsCluster('x'), endpoints('x')]);
      client.subscribe(CLUSTER);
      await client.nextAcked(CLUSTER);
      client.subscribe(ENDPOINT, ['x']);
      const before = await client.nextAcked(ENDPOINT);
      await client.drain(CLUSTER, ENDPOINT);
      await set([edsCluster('x', 2), endpoints('x')]);
      await client.nextAcked(CLUSTER);
      const again = await client.next(ENDPOINT);
      same(names(again), ['x'], 'sent again');
      check(again.resources[0]!.version === before.resources[0]!.version, 'with another version');
    },
  },
  {
    row: 29,
    text: "Route X -> Y: Y's CDS/EDS before RDS; X is removed only after the RDS ACK.",
    async run({ set, connect }) {
      const client = connect();
      await set(stack('x'));
      subscribeAll(client, ['x']);
      for (const response of await oneOfEach(client)) client.ack(response);
      await client.drain(...TYPES);
      await set(stack('y'));

      const added = await client.nextAcked(CLUSTER);
      check(names(added).includes('y'), () => `first ${describe(added)}`);
      check(!goesIn(client, added), 'X is removed before the route has moved');
      client.subscribe(ENDPOINT, ['y']);
      const endpointsOfY = await client.until(ENDPOINT, (response) => names(response).includes('y'));
      const moved = await client.next(ROUTE);
      check(added.order < moved.order, 'the route came before the cluster');
      check(endpointsOfY.order < moved.order, 'the route came before the endpoints');
      for (const response of await client.drain(CLUSTER)) {
        check(!goesIn(client, response), 'X is removed before the route is acknowledged');
      }
      client.ack(moved);
      await client.until(CLUSTER, (response) => goesIn(client, response));
    },
  },
  {
    row: 30,
    text: 'Traffic through a real Envoy during 29: zero 5xx.',
    file: 'test/envoy/xds.test.ts',
    test: 'replaces a cluster by another under traffic without a failed request',
  },
  {
    row: 31,
    text: 'EDS before CDS after a reconnect: CDS triggers an EDS push.',
    async run({ set, connect, variant }) {
      const earlier = connect();
      await set([edsCluster('x'), endpoints('x')]);
      earlier.subscribe(CLUSTER);
      await earlier.nextAcked(CLUSTER);
      earlier.subscribe(ENDPOINT, ['x']);
      const { version, resources } = await earlier.nextAcked(ENDPOINT);
      await earlier.close();
      await set([edsCluster('x', 2), endpoints('x')]);

      const client = connect();
      const has = variant.protocol === 'sotw' ? { version } : { initialVersions: { x: resources[0]!.version } };
      client.reconnect(ENDPOINT, ['x'], has);
      await client.drain(ENDPOINT);
      client.subscribe(CLUSTER);
      const changed = await client.nextAcked(CLUSTER);
      const pushed = await client.next(ENDPOINT);
      same(names(pushed), ['x'], 'pushed');
      // Streams of their own have no order between them.
      if (variant.streams === 'ads') check(pushed.order > changed.order, 'the endpoints came before the cluster');
    },
  },
];

const TYPES = [CLUSTER, ENDPOINT, LISTENER, ROUTE];

/** One cluster, and all that it takes to send requests there. */
function stack(to: string, detail = 1) {
  return [edsCluster(to, detail), endpoints(to, detail), listener('l', 'r', { detail }), route('r', to, detail)];
}

function subscribeAll(client: XdsClient, endpointNames: readonly string[]): void {
  client.subscribe(CLUSTER);
  client.subscribe(ENDPOINT, endpointNames);
  client.subscribe(LISTENER);
  client.subscribe(ROUTE, ['r']);
}

/** Of each type the first response with something in it, none of them acknowledged before all are there. */
async function oneOfEach(client: XdsClient): Promise<Response[]> {
  const responses: Response[] = [];
  for (const type of TYPES) {
    let response = await client.next(type);
    while (response.resources.length === 0) response = await client.next(type);
    responses.push(response);
  }
  return responses;
}

function inOrder(responses: readonly Response[]): void {
  const came = [...responses].sort((a, b) => a.order - b.order);
  check(
    came.every((response, index) => response === responses[index]),
    () => `came as ${came.map(describe).join(', ')}`,
  );
}

/** Whether the client has no X after this response. */
function goesIn({ variant }: XdsClient, response: Response): boolean {
  return variant.protocol === 'delta' ? response.removed.includes('x') : !names(response).includes('x');
}
