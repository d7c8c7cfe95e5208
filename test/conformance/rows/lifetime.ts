import { setTimeout } from 'node:timers/promises';
import { CLUSTER, RUNTIME } from '../../../xds-server/xds/index.ts';
import { XdsClient } from '../client.ts';
import { cluster, edsCluster, endpoints, runtime } from '../resources.ts';
import { type Case, check, names, type Row, same } from '../row.ts';

const FLAT_BYTES = 500_000;
/** 20 of the updates. */
const BOUND_BYTES = 2_000_000;
const bytes = (count: number) => `${(count / 1e6).toFixed(2)} MB`;

/** Reconnect, TTL, nodes: rows 32 to 40. */
export const LIFETIME: readonly Row[] = [
  {
    row: 32,
    text: '`initial_resource_versions` matching: not resent; differing: sent; deleted while away: removed.',
    protocol: 'delta',
    async run({ set, connect }) {
      const earlier = connect();
      await set([cluster('same'), cluster('differs'), cluster('deleted')]);
      earlier.subscribe(CLUSTER);
      const { resources } = await earlier.nextAcked(CLUSTER);
      await earlier.close();
      await set([cluster('same'), cluster('differs', 2)]);

      const client = connect();
      const initialVersions = Object.fromEntries(resources.map(({ name, version }) => [name, version]));
      client.reconnect(CLUSTER, [], { initialVersions });
      const sent: string[] = [];
      const removed: string[] = [];
      while (removed.length === 0 || sent.length === 0) {
        const response = await client.nextAcked(CLUSTER);
        sent.push(...names(response));
        removed.push(...response.removed);
      }
      same(sent, ['differs'], 'sent');
      same(removed, ['deleted'], 'removed');
    },
  },
  {
    row: 33,
    text: 'A second server instance yields identical versions (content hash).',
    needs: 'second',
    async run({ set, connect, plane, node }) {
      const resources = [cluster('a'), edsCluster('b'), endpoints('b'), runtime('r')];
      await set(resources);
      await plane.second!.set(node, [...resources].reverse());
      const [here, there] = [connect(), connect({ address: plane.second!.address })];
      for (const client of [here, there]) {
        client.subscribe(CLUSTER);
        client.subscribe(RUNTIME, ['r']);
      }
      for (const type of [CLUSTER, RUNTIME]) {
        const [ours, theirs] = [await here.next(type), await there.next(type)];
        const versions = ({ resources }: typeof ours) => resources.map(({ name, version }) => `${name}=${version}`);
        same(versions(theirs), versions(ours), 'versions');
      }
    },
  },
  {
    row: 34,
    text: 'TTL heartbeat: `resource` unset, same version, not an update; unset TTL removes it.',
    note: 'In SotW the same resource at the same version, sent again, is accepted as a heartbeat, too: Envoy 1.40 loses a runtime layer on a SotW response that only names it (tried: test/envoy/xds-ttl.test.ts holds with the resource, and fails without), so Shadowplane does that. The client advertises `xds.config.resource-in-sotw` and `xds.config.supports-resource-ttl`. A wrapper without a version counts as that of the response.',
    async run(test) {
      const { protocol } = test.variant;
      const client = test.connect({ clientFeatures: TTL_FEATURES });
      await test.set([runtime('r')], { ttlMs: { r: TTL_MS } });
      client.subscribe(RUNTIME, ['r']);
      const first = await client.nextAcked(RUNTIME);
      check(first.resources[0]?.ttlMs === TTL_MS, `the time to live is ${first.resources[0]?.ttlMs}`);
      for (let round = 0; round < 3; round++) {
        const heartbeat = await client.next(RUNTIME, TTL_MS);
        client.ack(heartbeat);
        const [resource] = heartbeat.resources;
        check(resource?.name === 'r' && (resource.heartbeat || protocol === 'sotw'), 'renewed by an update');
        check(resource.version === first.resources[0]!.version, 'with another version');
        check(resource.ttlMs === TTL_MS, 'with another time to live');
      }
      await test.set([runtime('r')]);
      const unset = (ttlMs: number | undefined) => ttlMs === undefined;
      await client.until(RUNTIME, ({ resources }) =>
        resources.some(({ heartbeat, ttlMs }) => !heartbeat && unset(ttlMs)),
      );
      await client.silent(RUNTIME, TTL_MS);
    },
  },
  {
    row: 35,
    text: 'SotW TTL only if the client advertised the feature.',
    note: 'The feature that gates it is `xds.config.resource-in-sotw`; the protocol page calls it `supports-resource-in-sotw`, the list of features and Envoy do not.',
    protocol: 'sotw',
    async run(test) {
      await test.set([runtime('r')], { ttlMs: { r: TTL_MS } });
      const old = test.connect();
      old.subscribe(RUNTIME, ['r']);
      const plain = await old.nextAcked(RUNTIME);
      check(!plain.resources[0]!.wrapped, 'wrapped for a client that has not said that it can unwrap');
      await old.silent(RUNTIME, TTL_MS);

      const client = test.connect({ clientFeatures: TTL_FEATURES });
      client.subscribe(RUNTIME, ['r']);
      check((await client.next(RUNTIME)).resources[0]!.ttlMs === TTL_MS, 'no time to live for a client that takes it');
    },
  },
  {
    row: 36,
    text: 'Two nodes, two snapshots: no cross-talk.',
    async run({ set, connect, plane, node }) {
      const other = `${node}-other`;
      await set([cluster('a')]);
      await plane.set(other, [cluster('b')]);
      const [one, two] = [connect(), connect({ node: other })];
      for (const client of [one, two]) client.subscribe(CLUSTER);
      same(names(await one.nextAcked(CLUSTER)), ['a'], 'one node');
      same(names(await two.nextAcked(CLUSTER)), ['b'], 'the other');
      await plane.set(other, [cluster('b', 2), cluster('c')]);
      await two.nextAcked(CLUSTER);
      await one.silent(CLUSTER);
    },
  },
  {
    row: 37,
    text: 'Clearing then setting a snapshot still fires open watches.',
    async run({ set, clear, connect }) {
      const client = connect();
      await set([cluster('a')]);
      client.subscribe(CLUSTER);
      await client.nextAcked(CLUSTER);
      await client.silent(CLUSTER);
      await clear();
      await client.silent(CLUSTER);
      await set([cluster('a', 2)]);
      same(names(await client.next(CLUSTER)), ['a'], 'after it was set again');
    },
  },
  {
    row: 38,
    text: 'Node with no snapshot: the stream waits, gets it later.',
    async run({ set, connect }) {
      const client = connect();
      client.subscribe(CLUSTER);
      client.subscribe(RUNTIME, ['r']);
      await client.silent(CLUSTER);
      await client.silent(RUNTIME);
      await set([cluster('a'), runtime('r')]);
      same(names(await client.nextAcked(CLUSTER)), ['a'], 'clusters');
      same(names(await client.nextAcked(RUNTIME)), ['r'], 'runtime layers');
    },
  },
  {
    row: 39,
    text: 'Stream close frees watches and node state; the heap is flat after 1,000 connects.',
    note: `Three times 1,000 nodes come and go, each once. Flat: after garbage collection, the second or the third thousand left less than ${bytes(FLAT_BYTES)}, because a leak is left by both. Shadowplane runs in the process of the client, whose heap is in the figure.`,
    needs: 'heapBytes',
    alone: true,
    async run(test) {
      const heaps: number[] = [];
      for (const batch of ['warm', 'first', 'second']) {
        await connects(test, 1000, batch);
        heaps.push(await settledHeap(test));
      }
      const [warm, first, second] = heaps as [number, number, number];
      const grown = Math.min(first - warm, second - first);
      check(grown < FLAT_BYTES, `the heap grew by ${bytes(grown)}`);
    },
  },
  {
    row: 40,
    text: 'N rapid updates to a slow client coalesce to the latest; memory stays bounded.',
    note: 'The client reads nothing and acknowledges nothing while 100 updates of 100 kB each are set.',
    needs: 'heapBytes',
    alone: true,
    async run(test) {
      const client = test.connect();
      const padding = 'x'.repeat(100_000);
      const big = (update: number) => [runtime('r', `${update} ${padding}`)];
      await test.set(big(0));
      client.subscribe(RUNTIME, ['r']);
      await client.nextAcked(RUNTIME);
      await client.silent(RUNTIME);
      client.pause(RUNTIME);
      const before = await settledHeap(test);
      for (let update = 1; update <= UPDATES; update++) await test.set(big(update));
      const grown = (await settledHeap(test)) - before;
      client.resume(RUNTIME);
      const responses = await client.drain(RUNTIME);
      check(responses.length <= UPDATES / 5, `${UPDATES} updates made ${responses.length} responses`);

      const fresh = test.connect();
      fresh.subscribe(RUNTIME, ['r']);
      const latest = (await fresh.next(RUNTIME)).resources[0]!.version;
      const last = responses.at(-1)?.resources.find(({ name }) => name === 'r');
      check(last?.version === latest, 'the last response is not the latest content');
      check(grown < BOUND_BYTES, `the heap grew by ${bytes(grown)}`);
    },
  },
];

const TTL_MS = 1500;
const TTL_FEATURES = ['xds.config.resource-in-sotw', 'xds.config.supports-resource-ttl'];
const UPDATES = 100;
const HEAP_LOOK_MS = 20;
const BYTES_OF_NOISE = 10_000;

/** Each from a node of its own. */
async function connects({ node, plane, variant }: Case, count: number, prefix: string): Promise<void> {
  for (let done = 0; done < count; done += 20) {
    const clients = Array.from(
      { length: 20 },
      (_, index) => new XdsClient(plane.address, variant, { node: `${node}-${prefix}-${done + index}` }),
    );
    for (const client of clients) client.subscribe(CLUSTER);
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** What several looks in a row find no less of, because what has just ended is freed a moment later. */
async function settledHeap({ plane }: Case): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let unchanged = 0, looks = 0; unchanged < 5 && looks < 100; unchanged++, looks++) {
    const heap = await plane.heapBytes!();
    if (heap < least - BYTES_OF_NOISE) unchanged = -1;
    least = Math.min(least, heap);
    await setTimeout(HEAP_LOOK_MS);
  }
  return least;
}
