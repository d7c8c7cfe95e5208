import { CLUSTER, RUNTIME } from '../../../xds-server/xds/index.ts';
import { cluster, runtime } from '../resources.ts';
import { check, names, type Row, same } from '../row.ts';

/** Nonce and ACK: rows 1 to 10. */
export const ACKNOWLEDGEMENTS: readonly Row[] = [
  {
    row: 1,
    text: 'Every response has a fresh nonce, unique in its stream; nonces of an old stream mean nothing.',
    async run({ set, connect }) {
      const client = connect();
      await set([cluster('a', 1)]);
      client.subscribe(CLUSTER);
      const nonces: string[] = [];
      for (let detail = 2; detail <= 4; detail++) {
        nonces.push((await client.nextAcked(CLUSTER)).nonce);
        await set([cluster('a', detail)]);
      }
      nonces.push((await client.nextAcked(CLUSTER)).nonce);
      check(!nonces.includes(''), 'a response has no nonce');
      check(new Set(nonces).size === 4, () => `nonces come twice: ${nonces.join(' ')}`);

      const later = connect();
      later.request(CLUSTER, { nonce: nonces.at(-1)! });
      same(names(await later.next(CLUSTER)), ['a'], 'a new stream whose first request has an old nonce');
    },
  },
  {
    row: 2,
    text: 'An ACK with no change gets no response.',
    async run({ set, connect }) {
      const client = connect();
      await set([cluster('a')]);
      client.subscribe(CLUSTER);
      await client.nextAcked(CLUSTER);
      await client.silent(CLUSTER);
    },
  },
  {
    row: 3,
    text: 'NACK = `error_detail` present, even when version and nonce look like an ACK.',
    note: 'On the wire only that the answer brings nothing and the next version comes. That it was understood as a NACK is asserted of a control plane that tells what was rejected.',
    async run({ set, connect, plane, node }) {
      const client = connect();
      await set([cluster('a')]);
      client.subscribe(CLUSTER);
      const { nonce, version } = await client.next(CLUSTER);
      client.request(CLUSTER, { nonce, version, error: 'no good' });
      await client.silent(CLUSTER);
      if (plane.rejection) {
        const rejection = await plane.rejection(node, CLUSTER);
        check(rejection === 'no good', `the control plane tells ${rejection}`);
      }
      await set([cluster('a', 2)]);
      same(names(await client.next(CLUSTER)), ['a'], 'the next version');
    },
  },
  {
    row: 4,
    text: 'After a NACK nothing is resent until content changes.',
    async run({ set, connect }) {
      const client = connect();
      await set([runtime('r', 1)]);
      client.subscribe(RUNTIME, ['r']);
      await client.nextAcked(RUNTIME);
      await set([runtime('r', 2)]);
      client.nack(await client.next(RUNTIME), 'no good');
      await client.silent(RUNTIME);
      await set([runtime('r', 2)]);
      await client.silent(RUNTIME);
      await set([runtime('r', 3)]);
      same(names(await client.next(RUNTIME)), ['r'], 'after a change');
    },
  },
  {
    row: 5,
    text: 'After a NACK a new version goes out at once, and its ACK clears the error.',
    note: 'That the error is cleared is asserted of a control plane that tells what was rejected.',
    async run({ set, connect, plane, node }) {
      const client = connect();
      await set([cluster('a', 1)]);
      client.subscribe(CLUSTER);
      const rejected = await client.next(CLUSTER);
      client.nack(rejected, 'no good');
      if (plane.rejection) {
        await client.silent(CLUSTER);
        check((await plane.rejection(node, CLUSTER)) === 'no good', 'there is no error to be cleared');
      }
      await set([cluster('a', 2)]);
      await client.until(CLUSTER, ({ version }) => version !== rejected.version);
      await client.silent(CLUSTER);
      check((await plane.rejection?.(node, CLUSTER)) === undefined, 'the error is still there');
    },
  },
  {
    row: 6,
    text: 'SotW request with a stale nonce: no response.',
    note: 'Nor does it change what is subscribed, because the answer to the newer response is still to come.',
    protocol: 'sotw',
    async run({ set, connect }) {
      const client = connect();
      await set([runtime('a', 1)]);
      client.subscribe(RUNTIME, ['a']);
      const stale = await client.nextAcked(RUNTIME);
      await set([runtime('a', 2)]);
      const current = await client.next(RUNTIME);
      client.request(RUNTIME, { nonce: stale.nonce, version: stale.version, names: ['a', 'b'] });
      await client.silent(RUNTIME);
      await set([runtime('a', 2), runtime('b')]);
      await client.silent(RUNTIME);
      // Before the answer, so that no server gets both at once and may take either for the first.
      await set([runtime('a', 3)]);
      client.ack(current);
      same(names(await client.next(RUNTIME)), ['a'], 'after the answer');
    },
  },
  {
    row: 7,
    text: 'Delta request with a stale nonce: its subscriptions still apply.',
    protocol: 'delta',
    async run({ set, connect }) {
      const client = connect();
      await set([runtime('a'), runtime('b')]);
      client.subscribe(RUNTIME, ['a']);
      const stale = await client.nextAcked(RUNTIME);
      await set([runtime('a', 2), runtime('b')]);
      await client.nextAcked(RUNTIME);
      client.request(RUNTIME, { nonce: stale.nonce, names: ['b'] });
      same(names(await client.next(RUNTIME)), ['b'], 'subscribed with a stale nonce');
    },
  },
  {
    row: 8,
    text: 'Node missing on later messages: the first one is used.',
    note: 'The client never repeats its node, in any row.',
    async run({ set, connect }) {
      const client = connect();
      await set([runtime('a')]);
      client.subscribe(RUNTIME, ['a']);
      await client.nextAcked(RUNTIME);
      client.subscribe(RUNTIME, ['b']);
      await client.drain(RUNTIME);
      await set([runtime('a'), runtime('b')]);
      await client.until(RUNTIME, (response) => names(response).includes('b'));
    },
  },
  {
    row: 9,
    text: 'ADS without `type_url`: INVALID_ARGUMENT.',
    streams: 'ads',
    async run({ set, connect }) {
      await set([cluster('a')]);
      const client = connect();
      client.request('', {});
      const late = new Promise<{ code: number }>((resolve) => setTimeout(resolve, 6000, { code: -1 }).unref());
      const { code } = await Promise.race([client.ended, late]);
      check(code === 3, code === -1 ? 'the stream goes on' : `the stream ended with status ${code}`);
    },
  },
  {
    row: 10,
    text: 'ACKs and versions are independent per type.',
    async run({ set, connect }) {
      const client = connect();
      await set([cluster('a'), runtime('r', 1)]);
      client.subscribe(CLUSTER);
      const open = await client.next(CLUSTER);
      client.subscribe(RUNTIME, ['r']);
      await client.nextAcked(RUNTIME);
      await set([cluster('a'), runtime('r', 2)]);
      await client.nextAcked(RUNTIME);
      await client.silent(CLUSTER);
      client.ack(open);
      await set([cluster('a', 2), runtime('r', 2)]);
      await client.nextAcked(CLUSTER);
      await client.silent(RUNTIME);
    },
  },
];
