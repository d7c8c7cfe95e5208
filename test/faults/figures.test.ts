import { expect, it } from 'vitest';
import { judge, type RowFigures, rowFigures } from './figures.ts';
import { measure } from './measure.ts';
import { nativeBootstrap } from './native.ts';
import { MEMORY_BOUND_MIB } from './table.ts';

const outcome = (latenciesMs: number[], failed = 0) => ({ latenciesMs, failed, failures: [] });
const many = outcome(Array.from({ length: 100 }, (_, index) => index));
const GOOD: RowFigures = rowFigures(many, many, many, 100);

it('ratios are of what is copied to what is not', () => {
  expect(rowFigures(outcome([10]), outcome([11]), outcome([12]), 1)).toMatchObject({ p99Ratio: 1.2, p99Alike: 1.1 });
});

it('the interval of a ratio: narrow where latencies are alike, wide where a few decide', () => {
  const even = outcome(Array.from({ length: 500 }, (_, index) => 10 + (index % 2)));
  expect(rowFigures(even, even, even, 1).p99RatioLow).toBeCloseTo(1);
  const slow = outcome(Array.from({ length: 500 }, (_, index) => (index % 50 === 0 ? 30 : 10)));
  expect(rowFigures(even, even, slow, 1)).toMatchObject({ p99Ratio: expect.closeTo(30 / 11) });
  expect(rowFigures(even, even, slow, 1).p99RatioLow).toBeGreaterThan(0.9);
});

it.each([
  ['pass', {}],
  ['FAIL', { failed: 1 }],
  ['pass', { failed: 1, failedOff: 1 }],
  ['FAIL', { memoryMiB: MEMORY_BOUND_MIB + 1 }],
  ['FAIL', { p99Ratio: 1.2, p99RatioLow: 1.06 }],
  // Perhaps by chance.
  ['inconclusive', { p99Ratio: 1.2, p99RatioLow: 0.9 }],
  ['inconclusive', { p99Ratio: 1.06, p99Alike: 1.06 }],
  ['inconclusive', { p99Ratio: 1, p99Alike: 0.9 }],
  ['no p99', { requests: 99, p99Ratio: 2 }],
  ['FAIL', { requests: 99, failed: 1 }],
  // What fails for certain is no matter of latency.
  ['FAIL', { failed: 1, p99Alike: 2 }],
] as const)('%s with %o', (judgement, changes) => {
  expect(judge({ ...GOOD, ...changes })).toBe(judgement);
});

it('what a trap takes along may fail, and no more', () => {
  expect([judge({ ...GOOD, failed: 3 }, 3), judge({ ...GOOD, failed: 4 }, 3)]).toEqual(['pass', 'FAIL']);
});

it('every arm gets the number of requests that was fixed, in turns', async () => {
  const sent: string[] = [];
  const traffic = {
    name: 'x',
    protocol: 'http1',
    requests: 0,
    requestsIfHuge: 0,
    clients: 3,
    open: async () => ({
      send: async (path: string) => {
        sent.push(path);
        if (path === '/b' && sent.length % 7 === 0) throw new Error('broken');
      },
      close: () => {},
    }),
  } as const;
  const arms = ['a', 'b'].map((name) => ({ name, port: 0, path: `/${name}` }));
  const outcomes = await measure(traffic, arms, 21);
  for (const name of ['a', 'b']) {
    const { latenciesMs, failed } = outcomes.get(name)!;
    expect(latenciesMs.length + failed).toBe(21);
  }
  expect(outcomes.get('a')!.failed).toBe(0);
  expect(outcomes.get('b')!.failed).toBeGreaterThan(0);
  // In turns: neither arm has all of its requests in one piece.
  expect(sent.join('')).toMatch(/(\/a)+(\/b)+(\/a)+|(\/b)+(\/a)+(\/b)+/);
});

it('the plain Envoy has a route and a cluster for every fault', () => {
  const address = { http1: '127.0.0.1:1', http2: '127.0.0.1:2' };
  const addresses = new Proxy({}, { get: () => address }) as Parameters<typeof nativeBootstrap>[0];
  const text = JSON.stringify(nativeBootstrap(addresses));
  expect(text).toContain('"request_mirror_policies":[{"cluster":"stalled mid body http2"}]');
  expect(text.match(/"connect_timeout"/)).toBeNull();
});
