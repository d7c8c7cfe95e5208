import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { libsqlDialect } from '../../store/index.ts';
import { reportLatency } from '../report/index.ts';
import { Tallies } from '../tally/index.ts';
import { aCompared } from '../tally/testing.ts';
import { readEpoch } from './epoch-rows.ts';
import { fromTally } from './from-tally.ts';
import { startLiveComparison } from './index.ts';
import { addLatencies, latencyRow, readLatencies } from './latency-rows.ts';

let directory: string;
let closes: Array<() => Promise<void>>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-live-'));
  closes = [];
});
afterEach(async () => {
  for (const close of closes) await close();
  rmSync(directory, { recursive: true, force: true });
});

async function start() {
  const tallies = new Tallies();
  const { comparison, close } = await startLiveComparison({
    dialect: libsqlDialect(directory, { file: 'comparison.db', durability: 'normal' }),
    tallies,
    sampleOf: () => undefined,
    beginEpoch: () => {},
    mirrors: () => new Map([['orders', { hasControl: true }]]),
  });
  closes = [close];
  return { tallies, comparison, close };
}

const SAMPLE = { reason: 'sample' } as const;
const NOW_MS = Date.now();
const MINUTE_MS = NOW_MS - (NOW_MS % 60_000);

/** @param candidateMs the primary takes 10 ms. */
function count(tallies: Tallies, pairs: number, candidateMs: number, status = 200, endpoint = 'GET /orders'): void {
  for (let pair = 0; pair < pairs; pair += 1) {
    const primaryArm = { status: 200, headersMs: 1, lastByteMs: 10 };
    const candidateArm = { status, headersMs: 1, lastByteMs: candidateMs };
    const candidate = pair % 2 === 0 ? ['value /total'] : [];
    tallies.count(
      aCompared({ atMs: NOW_MS, version: 'v2', endpoint, candidate, control: [], primaryArm, candidateArm }),
    );
  }
}

it('latencies, errors, local replies and series go on after a restart, each process adding its part', async () => {
  const first = await start();
  count(first.tallies, 300, 20);
  first.tallies.countLocalReply('orders', 'GET /orders', SAMPLE, 'primary');
  await first.close();

  const second = await start();
  count(second.tallies, 300, 40, 503);
  second.tallies.countLocalReply('orders', 'GET /orders', SAMPLE, 'primary');
  second.tallies.countLocalReply('orders', 'GET /orders', { reason: 'segment', segment: 'beta' }, 'primary');
  const read = async ({ comparison }: typeof second) =>
    reportLatency((await comparison.epoch('orders', 1))!, await comparison.latencies('orders', 1))[1]!;
  const item = await read(second);
  expect(item.arms.candidate).toMatchObject({ count: 600, errors: 300, p50Ms: 40, p90Ms: 40 });
  expect(item.arms.primary).toMatchObject({ count: 600, errors: 0, p50Ms: 10, localReplies: 3 });
  expect(item.strata.map(({ arms }) => arms.primary.localReplies)).toEqual([2]);
  const [latencies] = await second.comparison.latencies('orders', 1);
  const candidateMs = [...latencies!.ms.candidate];
  expect([latencies!.seen, candidateMs.length]).toEqual([600, 600]);
  expect(candidateMs.filter((ms) => ms === 20)).toHaveLength(300);
  const all = { endpoint: '*', atMs: MINUTE_MS, compared: 600, differing: 300 };
  expect(second.comparison.series('orders', NOW_MS)).toContainEqual(all);
  expect(second.comparison.series('orders', NOW_MS)).toHaveLength(2);
  await second.close();

  const third = await start();
  expect(await read(third)).toEqual(item);
  expect(third.comparison.series('orders', NOW_MS)).toContainEqual(all);
  // What is older than it is kept for is not shown.
  expect(third.comparison.series('orders', NOW_MS + 7 * 3_600_000)).toEqual([]);
});

it('an endpoint that has another name now does not count twice', async () => {
  const first = await start();
  count(first.tallies, 10, 20, 200, 'GET /orders/7');
  first.tallies.renameEndpoints('orders', () => 'GET /orders/{id}');
  await first.close();
  const second = await start();
  const points = second.comparison.series('orders', NOW_MS).filter(({ compared }) => compared > 0);
  expect(points.map(({ endpoint, compared }) => [endpoint, compared]).sort()).toEqual([
    ['*', 10],
    ['GET /orders/{id}', 10],
  ]);
});

it('a row of an earlier version knows the endpoints of local replies, not their strata', async () => {
  const counts = { primary: 2, candidate: 0, control: 0 };
  const state = JSON.stringify({ lastAtMs: 7, localReplies: { 'GET /orders': counts } });
  const row = { mirror: 'orders', epoch: 1, startedAtMs: 1, cause: 'first', version: '', state };
  const nothing = { cells: [], fields: [], losses: [], slots: [] };
  expect(readEpoch(row, nothing).localReplies).toEqual([{ endpoint: 'GET /orders', counts }]);
  expect(readEpoch({ ...row, state: '{"lastAtMs":7}' }, nothing).localReplies).toEqual([]);
});

it('local replies of an endpoint that has another name now have that name, too', async () => {
  const { tallies } = await start();
  count(tallies, 1, 20, 200, 'GET /orders/7');
  for (const id of [7, 8]) tallies.countLocalReply('orders', `GET /orders/${id}`, SAMPLE, 'candidate');
  tallies.renameEndpoints('orders', () => 'GET /orders/{id}');
  expect(fromTally(tallies.mirror('orders')!.epochs.current!, tallies).localReplies).toEqual([
    { endpoint: 'GET /orders/{id}', stratum: SAMPLE, counts: { primary: 0, candidate: 2, control: 0 } },
  ]);
});

describe('two random choices as one', () => {
  const choice = (seen: number, rows: number, ms: number) => {
    const column = new Float32Array(rows).fill(ms);
    return {
      endpoint: 'GET /',
      stratum: { reason: 'segment', segment: 'employees' } as const,
      controlled: false,
      seen,
      ms: { primary: column, candidate: column, control: new Float32Array(rows).fill(Number.NaN) },
    };
  };
  const shares = (before: number, since: number) => {
    const { seen, ms } = addLatencies(choice(before, Math.min(before, 512), 1), choice(since, Math.min(since, 512), 2));
    const of = (value: number) => ms.primary.filter((one) => one === value).length;
    return [seen, of(1), of(2)];
  };

  it('hold each its share', () => {
    expect(shares(100, 50)).toEqual([150, 100, 50]);
    expect(shares(9_000, 1_000)).toEqual([10_000, 461, 51]);
    expect(shares(512, 1_536)).toEqual([2_048, 128, 384]);
  });

  it('are the same after the store', () => {
    const input = choice(9_000, 5, 1.5);
    expect(readLatencies(latencyRow('orders', 3, input))).toEqual(input);
  });
});
