import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dialect } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { libsqlDialect, postgresDialect } from '../../store/index.ts';
import { type EpochInput, type MirrorInput, reportVerdict } from '../report/index.ts';
import { findPostgres, startPostgres, type TestPostgres } from '../store/testing-postgres.ts';
import { type Compared, Tallies } from '../tally/index.ts';
import { aCompared } from '../tally/testing.ts';
import { cellRow, readEpoch } from './epoch-rows.ts';
import { fromTally } from './from-tally.ts';
import { startLiveComparison } from './index.ts';

const MIRROR: MirrorInput = {
  mirror: 'orders',
  hasControl: true,
  mirrored: 0,
  compared: 0,
  lost: {},
  controlLost: {},
};
const mismatchOf = (epoch: EpochInput) => reportVerdict(MIRROR, epoch, { rules: [], nowMs: 1 }).mismatch;

/** Two defects of their own, and a field that differs by itself in three of ten answers of each copy. */
function aPair(random: () => number, atMs: number): Compared {
  const candidate = [
    ...(random() < 0.04 ? ['value /total'] : []),
    ...(random() < 0.03 ? ['value /tax'] : []),
    ...(random() < 0.3 ? ['value /eta'] : []),
  ];
  return aCompared({ atMs, candidate, control: random() < 0.3 ? ['value /eta'] : [] });
}
const TRUTH = 1 - 0.96 * 0.97;

function counted(seed: number, pairs: number): Tallies {
  const random = seeded(seed);
  const tallies = new Tallies();
  for (let pair = 0; pair < pairs; pair += 1) tallies.count(aPair(random, pair * 1_000));
  return tallies;
}

const epochOf = (tallies: Tallies) => fromTally(tallies.mirror('orders')!.epochs.current!, tallies);

it('where noise and several defects meet, the share of pairs is neither too low nor too high, and the interval holds', () => {
  const figures = Array.from({ length: 100 }, (_, seed) => mismatchOf(epochOf(counted(seed + 1, 1_000))));
  const mean = figures.reduce((sum, { rate }) => sum + rate, 0) / figures.length;
  expect(Math.abs(mean - TRUTH)).toBeLessThan(0.004);
  expect(figures.filter(({ low, high }) => low <= TRUTH && TRUTH <= high).length).toBeGreaterThanOrEqual(90);
});

it('a field that turns noisy takes with it the pairs that differ nowhere else', () => {
  const tallies = new Tallies();
  const count = (candidate: string[], control: string[] = []) => tallies.count(aCompared({ candidate, control }));
  for (let pair = 0; pair < 3; pair += 1) count(['value /a']);
  count(['value /a', 'value /b']);
  count([], ['value /a']);
  const [cell] = epochOf(tallies).cells;
  expect(cell!.quiet).toEqual([
    { fields: ['value /a'], pairs: 3, controlDiffers: 0 },
    { fields: ['value /a', 'value /b'], pairs: 1, controlDiffers: 0 },
  ]);
  // From here on, only what else differs is of the set.
  count(['value /a', 'value /b'], ['value /c']);
  expect(epochOf(tallies).cells[0]!.quiet!.at(-1)).toEqual({ fields: ['value /b'], pairs: 1, controlDiffers: 1 });
});

it('a row of an earlier version knows no sets: figures are as they were', () => {
  const epoch = epochOf(counted(1, 1_000));
  const [cell] = epoch.cells;
  const key = { mirror: 'orders', epoch: 1, endpoint: 'GET /', reason: 'sample', segment: '', control: 1 } as const;
  const { quiet, ...earlier } = JSON.parse(cellRow(key, cell!).state);
  expect(quiet.length).toBeGreaterThan(1);
  const row = { ...cellRow(key, cell!), state: JSON.stringify(earlier) };
  const epochRow = { mirror: 'orders', epoch: 1, startedAtMs: 1, cause: 'first', version: '', state: '{"lastAtMs":7}' };
  const read = readEpoch(epochRow, { cells: [row], fields: [], losses: [], slots: [] });
  expect(read.cells[0]!.quiet).toBeUndefined();
  expect(read.cells[0]!.pairs).toBe(1_000);
});

const binaries = process.env.SHADOWPLANE_TEST_POSTGRES ? undefined : findPostgres();
const canPostgres = binaries !== undefined || process.env.SHADOWPLANE_TEST_POSTGRES !== undefined;
let postgres: TestPostgres | undefined;
let directory = '';

beforeAll(async () => {
  if (binaries) postgres = await startPostgres(binaries);
}, 60_000);
afterAll(() => postgres?.stop());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-live-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const databases: ReadonlyArray<{ name: string; skip: boolean; dialect: () => Dialect }> = [
  {
    name: 'SQLite',
    skip: false,
    dialect: () => libsqlDialect(directory, { file: 'comparison.db', durability: 'normal' }),
  },
  {
    name: 'PostgreSQL',
    skip: !canPostgres,
    dialect: () => postgresDialect(process.env.SHADOWPLANE_TEST_POSTGRES ?? postgres!.url),
  },
];

describe.each(databases)('on $name', ({ skip, dialect }) => {
  it.skipIf(skip)('the figure is that of one process, although there were two', async () => {
    const start = (tallies: Tallies) =>
      startLiveComparison({
        dialect: dialect(),
        tallies,
        sampleOf: () => undefined,
        beginEpoch: () => {},
        mirrors: () => new Map([['orders', { hasControl: true }]]),
      });
    const random = seeded(3);
    const pairs = Array.from({ length: 1_000 }, (_, pair) => aPair(random, pair * 1_000));
    const whole = new Tallies();
    for (const pair of pairs) whole.count(pair);
    let last: EpochInput | undefined;
    for (const part of [pairs.slice(0, 600), pairs.slice(600)]) {
      const tallies = new Tallies();
      const { comparison, close } = await start(tallies);
      for (const pair of part) tallies.count(pair);
      last = await comparison.epoch('orders', 1);
      await close();
    }
    const expected = epochOf(whole);
    expect(mismatchOf(last!)).toEqual(mismatchOf(expected));
    const byFields = (epoch: EpochInput) =>
      new Map(epoch.cells[0]!.quiet!.map(({ fields, ...counts }) => [String(fields), counts]));
    expect(byFields(last!)).toEqual(byFields(expected));
  });
});

/** Park and Miller's generator. */
function seeded(seed: number): () => number {
  let state = seed;
  for (let skipped = 0; skipped < 5; skipped += 1) state = (state * 48_271) % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
