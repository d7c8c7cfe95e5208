import { CLUSTER, LISTENER, RUNTIME } from '../../../xds-server/xds/index.ts';
import { describe } from '../client.ts';
import { cluster, listener, runtime } from '../resources.ts';
import { check, names, type Row, same } from '../row.ts';

/** Subscriptions: rows 11 to 20. */
export const SUBSCRIPTIONS: readonly Row[] = [
  {
    row: 11,
    text: 'Empty first request = wildcard (LDS, CDS).',
    async run({ set, connect }) {
      const client = connect();
      await set([cluster('a'), cluster('b'), listener('l', 'r'), listener('m', 'r')]);
      client.subscribe(CLUSTER);
      same(names(await client.nextAcked(CLUSTER)), ['a', 'b'], 'clusters');
      client.subscribe(LISTENER);
      same(names(await client.nextAcked(LISTENER)), ['l', 'm'], 'listeners');
    },
  },
  {
    row: 12,
    text: 'SotW `[]` -> `[*,A]` -> `[A]` -> `[]` ends subscribed to nothing.',
    protocol: 'sotw',
    async run({ set, connect }) {
      const client = connect();
      await set([cluster('a'), cluster('b')]);
      client.subscribe(CLUSTER);
      same(names(await client.nextAcked(CLUSTER)), ['a', 'b'], '[]');
      client.subscribe(CLUSTER, ['*', 'a']);
      await client.drain(CLUSTER);
      await set([cluster('a'), cluster('b', 2)]);
      same(names(await client.nextAcked(CLUSTER)), ['a', 'b'], '[*,A]');
      client.subscribe(CLUSTER, [], ['*']);
      await client.drain(CLUSTER);
      await set([cluster('a', 2), cluster('b', 2)]);
      same(names(await client.nextAcked(CLUSTER)), ['a'], '[A]');
      client.subscribe(CLUSTER, [], ['a']);
      await client.drain(CLUSTER);
      await set([cluster('a', 3), cluster('b', 3)]);
      for (const response of await client.drain(CLUSTER)) same(names(response), [], 'second []');
      client.subscribe(CLUSTER, ['a']);
      await client.until(CLUSTER, (response) => names(response).join() === 'a');
    },
  },
  {
    row: 13,
    text: 'Delta: empty -> +A -> -`*` -> -A ends subscribed to nothing.',
    protocol: 'delta',
    async run({ set, connect }) {
      const client = connect();
      await set([cluster('a'), cluster('b')]);
      client.subscribe(CLUSTER);
      same(names(await client.nextAcked(CLUSTER)), ['a', 'b'], 'empty');
      client.subscribe(CLUSTER, ['a']);
      await client.drain(CLUSTER);
      client.subscribe(CLUSTER, [], ['*']);
      await client.drain(CLUSTER);
      await set([cluster('a', 2), cluster('b', 2)]);
      same(names(await client.nextAcked(CLUSTER)), ['a'], '-*');
      client.subscribe(CLUSTER, [], ['a']);
      await client.drain(CLUSTER);
      await set([cluster('a', 3), cluster('b', 3)]);
      for (const response of await client.drain(CLUSTER)) same(names(response), [], '-A');
      client.subscribe(CLUSTER, ['a']);
      await client.until(CLUSTER, (response) => names(response).join() === 'a');
    },
  },
  {
    row: 14,
    text: 'Wildcard plus A, then -A: A comes back in `resources` or `removed_resources`.',
    note: 'A is among what the wildcard covers, so it has to be in `resources`; an A that is not there, in `removed_resources`.',
    protocol: 'delta',
    async run({ set, connect }) {
      const client = connect();
      await set([cluster('a')]);
      client.subscribe(CLUSTER, ['*', 'a', 'absent']);
      await client.drain(CLUSTER);
      client.subscribe(CLUSTER, [], ['a']);
      same(names(await client.nextAcked(CLUSTER)), ['a'], 'covered by the wildcard');
      client.subscribe(CLUSTER, [], ['absent']);
      same((await client.nextAcked(CLUSTER)).removed, ['absent'], 'not there');
    },
  },
  {
    row: 15,
    text: 'Delta re-subscribe to a known, unchanged name: resent.',
    protocol: 'delta',
    async run({ set, connect }) {
      const client = connect();
      await set([runtime('a'), runtime('b')]);
      client.subscribe(RUNTIME, ['a', 'b']);
      const first = await client.nextAcked(RUNTIME);
      client.subscribe(RUNTIME, ['a']);
      const again = await client.nextAcked(RUNTIME);
      same(names(again), ['a'], 'subscribed again');
      const version = first.resources.find(({ name }) => name === 'a')!.version;
      check(again.resources[0]!.version === version, 'with another version');
    },
  },
  {
    row: 16,
    text: 'Delta subscribe to an absent name: in `removed_resources`; when it is created later it arrives.',
    protocol: 'delta',
    async run({ set, connect }) {
      const client = connect();
      await set([runtime('a')]);
      client.subscribe(RUNTIME, ['a', 'later']);
      const first = await client.nextAcked(RUNTIME);
      same(first.removed, ['later'], 'removed');
      same(names(first), ['a'], 'there');
      await set([runtime('a'), runtime('later')]);
      same(names(await client.nextAcked(RUNTIME)), ['later'], 'created');
    },
  },
  {
    row: 17,
    text: 'SotW absent name: remembered, sent when created.',
    protocol: 'sotw',
    async run({ set, connect }) {
      const client = connect();
      await set([runtime('a')]);
      client.subscribe(RUNTIME, ['a', 'later']);
      same(names(await client.nextAcked(RUNTIME)), ['a'], 'there');
      await set([runtime('a'), runtime('later')]);
      check(names(await client.nextAcked(RUNTIME)).includes('later'), 'what was created does not come');
    },
  },
  {
    row: 18,
    text: 'Unsubscribe of an unknown name: no error, no response.',
    note: 'State of the world has no such request: a name that is not listed is not subscribed.',
    protocol: 'delta',
    async run({ set, connect }) {
      const client = connect();
      await set([runtime('a')]);
      client.subscribe(RUNTIME, ['a']);
      await client.nextAcked(RUNTIME);
      client.subscribe(RUNTIME, [], ['never']);
      await client.silent(RUNTIME);
      await set([runtime('a', 2)]);
      same(names(await client.nextAcked(RUNTIME)), ['a'], 'after it');
    },
  },
  {
    row: 19,
    text: 'Only-unsubscribe: no response (except 14).',
    async run({ set, connect }) {
      const client = connect();
      await set([runtime('a'), runtime('b')]);
      client.subscribe(RUNTIME, ['a', 'b']);
      same(names(await client.nextAcked(RUNTIME)), ['a', 'b'], 'both');
      client.subscribe(RUNTIME, [], ['b']);
      await client.silent(RUNTIME);
      await set([runtime('a', 2)]);
      const after = await client.nextAcked(RUNTIME);
      same([...names(after), ...after.removed], ['a'], 'after it');
    },
  },
  {
    row: 20,
    text: 'A named subscriber never sees other resources.',
    async run({ set, connect }) {
      const client = connect();
      await set([runtime('a'), runtime('b'), cluster('x'), cluster('y')]);
      client.subscribe(RUNTIME, ['a']);
      client.subscribe(CLUSTER, ['x']);
      same(names(await client.nextAcked(RUNTIME)), ['a'], 'first');
      same(names(await client.nextAcked(CLUSTER)), ['x'], 'first');
      await set([runtime('a'), runtime('b', 2), cluster('x'), cluster('y', 2)]);
      const others = (await client.drain(RUNTIME, CLUSTER)).filter((response) =>
        [...names(response), ...response.removed].some((name) => name !== 'a' && name !== 'x'),
      );
      check(others.length === 0, () => describe(others[0]!));
    },
  },
];
