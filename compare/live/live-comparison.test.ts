import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { libsqlDialect } from '../../store/index.ts';
import { reportDifferences, reportVerdict } from '../report/index.ts';
import { ComparisonStore } from '../store/index.ts';
import { Tallies } from '../tally/index.ts';
import { aCompared, aSample } from '../tally/testing.ts';
import { startLiveComparison } from './index.ts';

let directory: string;
let stops: Array<() => Promise<void>>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-live-'));
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  rmSync(directory, { recursive: true, force: true });
});

/** A process with what it counts; `stop` ends it as a clean end does. */
async function start() {
  const tallies = new Tallies();
  const { comparison, rules, storeStatus, close } = await startLiveComparison({
    dialect: libsqlDialect(directory, { file: 'comparison.db', durability: 'normal' }),
    tallies,
    sampleOf: (_, id) => tallies.sample(id),
    beginEpoch: (mirror) => tallies.beginEpoch(mirror, atMs),
    mirrors: () => new Map([['orders', { hasControl: true }]]),
    mirroredOf: () => mirrored,
    flushIntervalMs: 20,
  });
  const stop = async () => {
    stops = stops.filter((one) => one !== stop);
    await close();
    expect(storeStatus()).toMatchObject({ failing: undefined, pendingRows: 0 });
  };
  stops.push(stop);
  /** Waits for a write that began after now. */
  const written = async () => {
    const nowMs = Date.now();
    await vi.waitFor(() => expect(storeStatus().lastWrittenAtMs).toBeGreaterThan(nowMs + 20));
  };
  return { tallies, comparison, rules, stop, written };
}

let atMs = 1_790_000_000_000;
function count(tallies: Tallies, pairs: number, different: boolean, version = 'v2', endpoint = 'GET /orders'): void {
  for (let pair = 0; pair < pairs; pair += 1) {
    atMs += 1_000;
    const id = `x${atMs}`;
    tallies.count(
      aCompared({
        atMs,
        version,
        endpoint,
        candidate: different ? ['value /total'] : [],
        control: [],
        sample: aSample(id, { endpoint }),
      }),
    );
  }
}

/** Copies since a start. */
let mirrored = 7;

it('counts, verdict and samples are the same after a restart, and counting goes on', async () => {
  const first = await start();
  count(first.tallies, 100, false);
  count(first.tallies, 20, true);
  const sample = { reason: 'sample' } as const;
  first.tallies.countLost({ mirror: 'orders', cause: 'cut', stratum: sample });
  first.tallies.countControlLost('orders', 'expired');
  const before = (await first.comparison.epoch('orders', 1))!;
  const options = { rules: [], nowMs: atMs };
  const verdict = reportVerdict(first.comparison.mirror('orders'), before, options);
  expect(verdict).toMatchObject({
    verdict: 'different',
    compared: 120,
    comparedInAll: 120,
    lost: { cut: 1 },
    controlLost: { expired: 1 },
    mirrored: 7,
    strata: [{ reason: 'sample', lost: { cut: 1 } }],
  });
  await first.stop();
  mirrored = 0;

  const second = await start();
  expect(await second.comparison.epochs('orders')).toEqual([1]);
  const after = (await second.comparison.epoch('orders', 1))!;
  expect(reportVerdict(second.comparison.mirror('orders'), after, options)).toEqual({
    ...verdict,
    lost: { cut: 1 },
  });
  const [item] = reportDifferences(after, options);
  expect(item).toMatchObject({ path: '/total', differing: 20, sampleId: expect.any(String) });
  const samples = await second.comparison.samples('orders', { path: '/total', limit: 10 });
  expect(samples).toHaveLength(5);
  expect(samples[0]!.exchange.id).toBe(item!.sampleId);

  count(second.tallies, 30, true);
  second.tallies.countLost({ mirror: 'orders', cause: 'cut', stratum: sample });
  mirrored = 31;
  const grown = (await second.comparison.epoch('orders', 1))!;
  expect(reportVerdict(second.comparison.mirror('orders'), grown, options)).toMatchObject({
    compared: 150,
    comparedInAll: 150,
    lost: { cut: 2 },
    mirrored: 38,
    strata: [{ lost: { cut: 2 } }],
  });
  await second.stop();
  const third = await start();
  const read = (await third.comparison.epoch('orders', 1))!;
  expect(reportDifferences(read, options)[0]).toMatchObject({ compared: 150, differing: 50 });
});

it('a candidate that was redeployed meanwhile begins an epoch of its own', async () => {
  const first = await start();
  count(first.tallies, 10, true);
  await first.stop();
  const second = await start();
  count(second.tallies, 10, false, 'v3');
  expect(await second.comparison.epochs('orders')).toEqual([1, 2]);
  expect((await second.comparison.epoch('orders', 2))!).toMatchObject({
    version: 'v3',
    cells: [{ pairs: 10, fields: [] }],
  });
  expect((await second.comparison.epoch('orders', 1))!).toMatchObject({ version: 'v2', cells: [{ pairs: 10 }] });
  expect(await second.comparison.epoch('orders', 3)).toBeUndefined();
});

it('says how far each epoch came without reading what was counted in it, which is ever more', async () => {
  const first = await start();
  for (const version of ['v1', 'v2']) count(first.tallies, 10, true, version);
  await first.stop();
  const { comparison, tallies } = await start();
  const reads = vi.spyOn(ComparisonStore.prototype, 'counts');
  const heads = async () =>
    (await comparison.epochHeads('orders')).map(({ number, version, compared, lastAtMs }) => [
      number,
      version,
      compared,
      lastAtMs,
    ]);
  const endedAtMs = atMs;
  const stored = [
    [1, 'v1', 10, endedAtMs - 10_000],
    [2, 'v2', 10, endedAtMs],
  ];
  expect(await heads()).toEqual(stored);
  count(tallies, 5, true, 'v2');
  count(tallies, 3, true, 'v3');
  expect(await heads()).toEqual([stored[0], [2, 'v2', 15, endedAtMs + 5_000], [3, 'v3', 3, endedAtMs + 8_000]]);
  expect(await comparison.epochs('orders')).toEqual([1, 2, 3]);
  const group = { endpoint: 'GET /orders', path: '/total', kind: 'value' };
  expect(await comparison.samples('orders', { ...group, epoch: 1, limit: 9 })).toHaveLength(5);
  expect(await comparison.samples('orders', { ...group, kind: 'type', epoch: 1, limit: 9 })).toEqual([]);
  expect(reads).not.toHaveBeenCalled();
  reads.mockRestore();
});

it('an endpoint that has another name now is not counted twice', async () => {
  const first = await start();
  count(first.tallies, 10, true, 'v2', 'GET /orders/anna');
  await first.written();
  first.tallies.renameEndpoints('orders', () => 'GET /orders/{id}');
  count(first.tallies, 5, true, 'v2', 'GET /orders/{id}');
  await first.stop();
  const second = await start();
  const { cells } = (await second.comparison.epoch('orders', 1))!;
  expect(cells).toMatchObject([
    { endpoint: 'GET /orders/{id}', pairs: 15, fields: [{ counts: { candidateOnly: 15 } }] },
  ]);
  expect(cells).toHaveLength(1);
});

it('a mirror that is deleted and made again does not overwrite what was counted', async () => {
  const { comparison, tallies, written } = await start();
  count(tallies, 10, true);
  await written();
  tallies.forget('orders');
  count(tallies, 3, false);
  await written();
  expect(await comparison.epochs('orders')).toEqual([1, 2]);
  expect((await comparison.epoch('orders', 1))!.cells[0]!.pairs).toBe(10);
  expect((await comparison.epoch('orders', 2))!.cells[0]!.pairs).toBe(3);
  expect(comparison.mirror('orders').compared).toBe(13);
});

it('names the nearest mirror when there is none of that name', async () => {
  const { comparison } = await start();
  expect(() => comparison.mirror('ordes')).toThrow(/did you mean "orders"/);
});

it('rules of people are there after a restart', async () => {
  const first = await start();
  const rule = await first.rules.add('orders', { effect: 'ignore', path: '/at', reason: 'time' }, 'ann', atMs);
  await first.stop();
  const second = await start();
  expect(second.rules.of('orders')).toEqual([rule]);
});

it('an epoch begun by hand begins with the next request', async () => {
  const { comparison, tallies } = await start();
  count(tallies, 10, true);
  comparison.beginEpoch('orders');
  count(tallies, 3, false);
  expect(await comparison.epochs('orders')).toEqual([1, 2]);
  expect(await comparison.epoch('orders', 2)).toMatchObject({ begunBy: 'person', cells: [{ pairs: 3 }] });
});
