/**
 * What cannot be compared is counted by its cause and never passed off as equal: answers beyond the limit of capture, a
 * slow candidate, one that resets and one that is not there. The primary's clients notice none of it.
 */
import { createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cleanup, freePort, listenOnFreePort, runLoad, startWholeStack, type WholeStack } from '../../support/index.ts';
import { differences, ended, SETTLED_MS } from './outcome.ts';
import { type Pair, type PairEndpoint, type Reply, startService } from './pair.ts';

const REQUESTS = 40;
const COPY_TIMEOUT_MS = 2_000;

const lines = Array.from({ length: 20_000 }, (_, index) => ({
  sku: `sku-${index}`,
  text: 'x'.repeat(60),
  cents: index,
}));
const twoMegabytes = JSON.stringify({ lines, sum: 1 });
const otherSum = twoMegabytes.replace(/1}$/, '2}');
const ofVersion = (v1: Reply, v2: Reply) => (version: string) => (version === 'v1' ? v1 : v2);

interface Loss extends Omit<PairEndpoint, 'path' | 'endpoint'> {
  readonly name: string;
  /** Instead of version 2. */
  readonly shadow?: 'dead' | 'slow' | 'resets';
  /** How all of its copies end. */
  readonly ends: string;
}

const LOSSES: readonly Loss[] = [
  {
    name: 'big',
    reply: ofVersion({ body: twoMegabytes }, { body: otherSum }),
    ends: 'truncated',
    known: [],
    innocent: 'the difference lies beyond the limit: it is not reported, and neither are the answers called equal',
  },
  {
    name: 'big-gzip',
    reply: ofVersion({ body: twoMegabytes, gzip: true }, { body: otherSum, gzip: true }),
    ends: 'not_comparable',
    known: [],
    innocent: 'the beginning of a compressed body cannot be read',
  },
  {
    name: 'big-error',
    reply: ofVersion({ body: twoMegabytes }, { status: 500, body: twoMegabytes }),
    ends: 'compared',
    known: [{ kind: 'status', path: ':status' }],
    innocent: 'the status says enough',
  },
  {
    name: 'damaged',
    reply: ofVersion({ body: '{}' }, { body: '{}', headers: { 'content-encoding': 'gzip' } }),
    ends: 'compared',
    known: [{ kind: 'type', path: ':body' }],
    innocent: 'what is said to be gzip and is not, no client can read',
  },
  { name: 'slow', shadow: 'slow', reply: () => ({ body: '{}' }), ends: 'no_answer', known: [] },
  { name: 'resets', shadow: 'resets', reply: () => ({ body: '{}' }), ends: 'no_answer', known: [] },
  { name: 'dead', shadow: 'dead', reply: () => ({ body: '{}' }), ends: 'no_answer', known: [] },
];

const cleanup = new Cleanup();
let stack: WholeStack;

beforeAll(async () => {
  const services: Record<string, { address: string }> = {};
  const mirrors: Record<string, object> = {};
  for (const { name, shadow, ...loss } of LOSSES) {
    const endpoint = { ...loss, endpoint: `GET /${name}/answer`, path: () => '/answer' };
    const pair: Pair = { name, endpoints: [endpoint] };
    services[`${name}-v1`] = { address: cleanup.add(await startService(pair, 'v1')).address };
    services[`${name}-v2`] = {
      address: shadow ? await badShadow(shadow) : cleanup.add(await startService(pair, 'v2')).address,
    };
    mirrors[name] = {
      match: { path: `/${name}` },
      primary: `${name}-v1`,
      shadow: `${name}-v2`,
      sample: '100%',
      ...(shadow === 'slow' && { limits: { timeout: `${COPY_TIMEOUT_MS}ms` } }),
    };
  }
  mirrors.crowded = { ...mirrors.slow, match: { path: '/slow/crowded' }, limits: { timeout: '2s', maxConcurrent: 1 } };
  stack = cleanup.add(await startWholeStack({ services, mirrors }));
}, 120_000);
afterAll(() => cleanup.run());

async function badShadow(kind: NonNullable<Loss['shadow']>): Promise<string> {
  if (kind === 'dead') return `127.0.0.1:${await freePort()}`;
  const server = createTcpServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      if (kind === 'resets')
        socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{');
    });
    cleanup.defer(() => socket.destroy());
  });
  const port = await listenOnFreePort(server);
  cleanup.defer(() => server.close());
  return `127.0.0.1:${port}`;
}

describe.concurrent('copies that end as', () => {
  test.each(LOSSES)('$ends: $name', { timeout: SETTLED_MS + 10_000 }, async ({ name, ends, known }) => {
    const load = await runLoad({
      port: stack.port,
      connections: 4,
      total: REQUESTS,
      request: (index) => ({ path: `/${name}/answer?n=${index}` }),
    });
    expect(load).toMatchObject({ statuses: { 200: REQUESTS }, failed: 0, reconnects: 0 });
    const verdict = await ended(stack, name, REQUESTS);
    expect({ ...verdict.lost, compared: verdict.comparedInAll }).toEqual({ compared: 0, [ends]: REQUESTS });
    expect(verdict.verdict).toBe(known.length > 0 ? 'different' : 'not-enough-data');
    const found = (await differences(stack, name)).map(({ kind, path }) => ({ kind, path }));
    expect(found).toEqual(known);
  });

  test('not sent: more at once than the mirror allows', { timeout: SETTLED_MS + 10_000 }, async () => {
    const path = '/slow/crowded/slow/answer';
    const load = await runLoad({ port: stack.port, connections: 4, total: REQUESTS, request: () => ({ path }) });
    expect(load).toMatchObject({ statuses: { 200: REQUESTS }, failed: 0, reconnects: 0 });
    const refused = await stack.admin.sum(/^cluster\.crowded\/candidate\/.*\.upstream_rq_(pending|active)_overflow$/);
    expect(refused).toBeGreaterThan(REQUESTS / 2);
    const { lost } = await ended(stack, 'crowded', REQUESTS);
    // Some are refused so late that the copy's filter has seen them; of the others only Envoy's own counters know.
    const { no_answer: seen = 0, not_sent: notSent = 0, ...others } = lost;
    expect(others).toEqual({});
    expect(seen).toBeGreaterThanOrEqual(REQUESTS - refused);
    expect(notSent).toBe(REQUESTS - seen);
  });
});
