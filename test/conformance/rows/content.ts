import { CLUSTER, ENDPOINT, EXTENSION_CONFIG, LISTENER, ROUTE, RUNTIME } from '../../../xds-server/xds/index.ts';
import { describe } from '../client.ts';
import { cluster, endpoints, extension, listener, route, runtime } from '../resources.ts';
import { check, names, type Row, same } from '../row.ts';

/** Content: rows 21 to 26. */
export const CONTENT: readonly Row[] = [
  {
    row: 21,
    text: 'SotW LDS/CDS: full set on any change; a missing one means deleted; empty deletes all.',
    protocol: 'sotw',
    async run({ set, connect }) {
      for (const [type, make] of [
        [CLUSTER, cluster],
        [LISTENER, (name: string, detail = 1) => listener(name, 'r', { detail })],
      ] as const) {
        const client = connect();
        await set([make('a'), make('b'), make('c')]);
        client.subscribe(type);
        same(names(await client.nextAcked(type)), ['a', 'b', 'c'], 'first');
        await set([make('a', 2), make('b'), make('c')]);
        same(names(await client.nextAcked(type)), ['a', 'b', 'c'], 'one changed');
        await set([make('a', 2), make('c')]);
        same(names(await client.nextAcked(type)), ['a', 'c'], 'one deleted');
        await set([]);
        same(names(await client.nextAcked(type)), [], 'all deleted');
      }
    },
  },
  {
    row: 22,
    text: 'SotW RDS/EDS may send only what changed; empty is a no-op.',
    note: 'That only what changed is sent is allowed, not asked for. Asserted: what changed comes, and what was deleted and is there again comes again.',
    protocol: 'sotw',
    async run({ set, connect }) {
      for (const [type, make] of [
        [ROUTE, (name: string, detail = 1) => route(name, 'x', detail)],
        [ENDPOINT, endpoints],
      ] as const) {
        const client = connect();
        await set([make('a'), make('b')]);
        client.subscribe(type, ['a', 'b']);
        same(names(await client.nextAcked(type)), ['a', 'b'], 'first');
        await set([make('a', 2), make('b')]);
        check(names(await client.nextAcked(type)).includes('a'), 'what changed does not come');
        await set([make('b')]);
        for (const response of await client.drain(type)) {
          check(!names(response).includes('a'), () => `deleted, but there came ${describe(response)}`);
        }
        await set([make('a', 3), make('b')]);
        check(names(await client.nextAcked(type)).includes('a'), 'what is there again does not come');
      }
    },
  },
  {
    row: 23,
    text: 'Delta: one changed resource = exactly one sent.',
    protocol: 'delta',
    async run({ set, connect }) {
      const client = connect();
      await set([cluster('a'), cluster('b'), cluster('c'), runtime('r'), runtime('s')]);
      client.subscribe(CLUSTER);
      client.subscribe(RUNTIME, ['r', 's']);
      await client.nextAcked(CLUSTER);
      await client.nextAcked(RUNTIME);
      await set([cluster('a'), cluster('b', 2), cluster('c'), runtime('r'), runtime('s', 2)]);
      for (const [type, name] of [
        [CLUSTER, 'b'],
        [RUNTIME, 's'],
      ] as const) {
        const response = await client.nextAcked(type);
        same(names(response), [name], 'sent');
        same(response.removed, [], 'removed');
        await client.silent(type);
      }
    },
  },
  {
    row: 24,
    text: 'No name twice in a response.',
    note: 'The client subscribes twice to the same: by name and, in delta, by the wildcard.',
    async run({ set, connect, variant }) {
      const client = connect();
      const twice = {
        [CLUSTER]: variant.protocol === 'sotw' ? ['a', 'b', 'a'] : ['*', 'a', 'a'],
        [RUNTIME]: ['r', 'r'],
      };
      const responses = [];
      for (let detail = 1; detail <= 3; detail++) {
        await set([cluster('a', detail), cluster('b'), runtime('r', detail)]);
        for (const [type, list] of Object.entries(twice)) {
          if (detail === 1) client.request(type, { names: list });
          const response = await client.next(type);
          const { nonce, version } = response;
          client.request(type, { nonce, version, names: variant.protocol === 'sotw' ? list : [] });
          responses.push(response);
        }
      }
      for (const response of responses) {
        const all = [...names(response), ...response.removed];
        check(new Set(all).size === all.length, () => describe(response));
      }
    },
  },
  {
    row: 25,
    text: 'Delta deletion -> `removed_resources`; deletion then re-creation works.',
    protocol: 'delta',
    async run({ set, connect }) {
      const client = connect();
      const all = [cluster('a'), cluster('b'), runtime('r')];
      await set(all);
      client.subscribe(CLUSTER);
      client.subscribe(RUNTIME, ['r']);
      await client.nextAcked(CLUSTER);
      await client.nextAcked(RUNTIME);
      for (let round = 0; round < 2; round++) {
        await set([cluster('b')]);
        same((await client.nextAcked(CLUSTER)).removed, ['a'], 'removed cluster');
        same((await client.nextAcked(RUNTIME)).removed, ['r'], 'removed runtime layer');
        await set(all);
        same(names(await client.nextAcked(CLUSTER)), ['a'], 'cluster again');
        same(names(await client.nextAcked(RUNTIME)), ['r'], 'runtime layer again');
      }
    },
  },
  {
    row: 26,
    text: 'An ECDS deletion does not drop a filter that a listener still names.',
    note: 'Beyond the protocol text, by which a deleted resource is removed whatever names it; Envoy then answers 500 or drops the filter. State of the world cannot say that one is deleted.',
    async run({ set, connect }) {
      const client = connect();
      const names_it = listener('l', 'r', { filter: 'f' });
      await set([names_it, extension('f')]);
      client.subscribe(LISTENER);
      await client.nextAcked(LISTENER);
      client.subscribe(EXTENSION_CONFIG, ['f']);
      same(names(await client.nextAcked(EXTENSION_CONFIG)), ['f'], 'first');
      await set([names_it]);
      for (const { removed } of await client.drain(EXTENSION_CONFIG)) same(removed, [], 'removed');
      await set([names_it, extension('f', 2)]);
      await client.until(EXTENSION_CONFIG, (response) => names(response).includes('f'));
    },
  },
];
