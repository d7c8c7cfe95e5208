/** With `compare.capture.maxBodyBytes` raised, longer answers are compared whole; what is beyond even that still is not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cleanup, runLoad, startWholeStack, type WholeStack } from '../../support/index.ts';
import { differences, ended } from './outcome.ts';
import { type Pair, type Reply, startService } from './pair.ts';

const REQUESTS = 30;

/** So many bytes of JSON or a few more, with what differs at its end. */
function document(bytes: number, sum: number): string {
  const lines = Array.from({ length: Math.ceil(bytes / 100) }, (_, index) => ({
    sku: `sku-${index}`,
    text: 'x'.repeat(70),
  }));
  return JSON.stringify({ lines, sum });
}

const ofSize = (bytes: number, gzip = false) => {
  const replies: Record<string, Reply> = {
    v1: { body: document(bytes, 1), gzip },
    v2: { body: document(bytes, 2), gzip },
  };
  return (version: string) => replies[version]!;
};

const PAIR: Pair = {
  name: 'large',
  endpoints: [
    {
      endpoint: 'GET /large/300kb',
      path: () => '/300kb',
      reply: ofSize(300e3),
      known: [{ kind: 'value', path: '/sum' }],
    },
    {
      endpoint: 'GET /large/2mb-gzip',
      path: () => '/2mb-gzip',
      reply: ofSize(2e6, true),
      known: [{ kind: 'value', path: '/sum' }],
    },
    { endpoint: 'GET /large/2mb', path: () => '/2mb', reply: ofSize(2e6), known: [], innocent: 'beyond the limit' },
  ],
};

const cleanup = new Cleanup();
let stack: WholeStack;

beforeAll(async () => {
  const v1 = cleanup.add(await startService(PAIR, 'v1'));
  const v2 = cleanup.add(await startService(PAIR, 'v2'));
  stack = cleanup.add(
    await startWholeStack({
      services: { v1: { address: v1.address }, v2: { address: v2.address } },
      mirrors: {
        large: {
          match: { path: '/large' },
          primary: 'v1',
          shadow: 'v2',
          sample: '100%',
          compare: { capture: { maxBodyBytes: '512KiB' } },
        },
      },
    }),
  );
}, 120_000);
afterAll(() => cleanup.run());

test('300 KB and 2 MB of packed JSON are compared to their ends, 2 MB of plain JSON is counted as truncated', async () => {
  const { endpoints } = PAIR;
  const total = REQUESTS * endpoints.length;
  const load = await runLoad({
    port: stack.port,
    connections: 2,
    total,
    request: (at) => ({ path: `/large${endpoints[at % endpoints.length]!.path(at)}` }),
  });
  expect(load).toMatchObject({ statuses: { 200: total }, failed: 0 });
  const verdict = await ended(stack, 'large', total);
  expect(verdict).toMatchObject({ comparedInAll: 2 * REQUESTS, lost: { truncated: REQUESTS } });
  expect(verdict.notes.join()).toContain(`${REQUESTS} pairs could not be compared whole`);
  const found = (await differences(stack, 'large')).map(({ endpoint, kind, path, verdict }) => [
    endpoint,
    kind,
    path,
    verdict,
  ]);
  const known = endpoints.flatMap(({ endpoint, known }) =>
    known.map(({ kind, path }) => [endpoint, kind, path, 'different']),
  );
  expect(found.toSorted()).toEqual(known.toSorted());
}, 120_000);
