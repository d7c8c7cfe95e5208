import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dialect } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { libsqlDialect, postgresDialect } from '../../store/index.ts';
import { ComparisonStore, type StoredCell, type StoredEpoch, type StoredField, type StoredSample } from './index.ts';
import { findPostgres, startPostgres, type TestPostgres } from './testing-postgres.ts';

const stratum = { reason: 'segment', segment: 'employees' } as const;
const epochRow = (mirror: string, epoch: number): StoredEpoch => ({
  mirror,
  epoch,
  startedAtMs: 1_790_000_000_000 + epoch,
  cause: 'version',
  version: `v${epoch}`,
  state: '{}',
});
const cellRow = (mirror: string, epoch: number, pairs: number): StoredCell => ({
  mirror,
  epoch,
  endpoint: 'GET /orders/{id}',
  ...stratum,
  control: 1,
  pairs,
  firstAtMs: 1_790_000_000_000,
  lastAtMs: 1_790_000_000_000 + pairs,
  state: '{"spells":[1,2]}',
});
const fieldRow = (mirror: string, epoch: number, path: string): StoredField => {
  const { pairs: _, ...cell } = cellRow(mirror, epoch, 0);
  return { ...cell, path, kind: 'value', candidateOnly: 3, controlOnly: 0, both: 1 };
};
const sampleRow = (mirror: string, id: string, epoch: number, bytes = 10): StoredSample => ({
  mirror,
  id,
  epoch,
  atMs: 1_790_000_000_000 + epoch,
  bytes,
  content: `{"text":"ü ${id}"}`,
});
const slotRow = (mirror: string, epoch: number, slot: string, sampleId: string) => ({
  mirror,
  epoch,
  endpoint: 'GET /orders/{id}',
  path: '/total',
  kind: 'value',
  slot,
  sampleId,
});

let directory: string;
let postgres: TestPostgres | undefined;
const binaries = process.env.SHADOWPLANE_TEST_POSTGRES ? undefined : findPostgres();
const canPostgres = process.env.SHADOWPLANE_TEST_POSTGRES !== undefined || binaries !== undefined;
if (!canPostgres) {
  process.stderr.write(
    'skipped on PostgreSQL: there is no initdb here; set SHADOWPLANE_TEST_POSTGRES to the URL of an empty one\n',
  );
}

beforeAll(async () => {
  if (binaries) postgres = await startPostgres(binaries);
}, 60_000);
afterAll(() => postgres?.stop());

const databases = [
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
] satisfies ReadonlyArray<{ name: string; skip: boolean; dialect: () => Dialect }>;

for (const { name, skip, dialect } of databases) {
  describe.skipIf(skip)(`the store on ${name}`, () => {
    let store: ComparisonStore;
    /** Tests share a database, so each has mirrors of its own. */
    let mirror = '';
    let tests = 0;

    beforeEach(async () => {
      directory = mkdtempSync(join(tmpdir(), 'shadowplane-comparison-'));
      mirror = `orders-${process.pid}-${tests++}`;
      store = await ComparisonStore.open(dialect());
    });
    afterEach(async () => {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    });

    it('keeps what was written across a restart, and replaces rows by key', async () => {
      const big = 5_000_000_000;
      await store.write({
        comparisonEpochs: [epochRow(mirror, 1)],
        comparisonCells: [cellRow(mirror, 1, 10)],
        comparisonFields: [fieldRow(mirror, 1, '/total'), fieldRow(mirror, 1, '/items/*/sku')],
        comparisonLosses: [{ mirror, epoch: 1, ...stratum, cause: 'cut', count: 2 }],
      });
      await store.write({ comparisonCells: [cellRow(mirror, 1, big)] });
      await store.close();
      store = await ComparisonStore.open(dialect());
      expect(await store.mirrors()).toContain(mirror);
      expect(await store.epochs(mirror)).toEqual([epochRow(mirror, 1)]);
      const { cells, fields, losses, slots } = await store.counts(mirror, 1);
      expect(cells).toEqual([cellRow(mirror, 1, big)]);
      expect(fields.map(({ path }) => path).sort()).toEqual(['/items/*/sku', '/total']);
      expect(fields.find(({ path }) => path === '/total')).toEqual(fieldRow(mirror, 1, '/total'));
      expect(losses).toEqual([{ mirror, epoch: 1, ...stratum, cause: 'cut', count: 2 }]);
      expect(slots).toEqual([]);
      expect(await store.counts(mirror, 2)).toEqual({ cells: [], fields: [], losses: [], slots: [] });
    });

    // Envoy's times are of microseconds; PostgreSQL refuses what is no integer.
    it('keeps times to the millisecond, however exact they are', async () => {
      const exact = { ...cellRow(mirror, 1, 10), firstAtMs: 1_790_000_000_000.123, lastAtMs: 1_790_000_000_001.999 };
      await store.write({ comparisonCells: [exact] });
      const kept = { ...exact, firstAtMs: 1_790_000_000_000, lastAtMs: 1_790_000_000_001 };
      expect((await store.counts(mirror, 1)).cells).toEqual([kept]);
    });

    it('keeps latencies and counts a minute; the oldest minutes are swept', async () => {
      const { pairs: _, firstAtMs, lastAtMs, ...key } = cellRow(mirror, 1, 0);
      const latencies = { ...key, seen: 2 ** 40, state: '["AAAA"]' };
      // Sweeping goes by the newest minute of all mirrors.
      const point = (atMs: number) => ({ mirror, endpoint: 'GET /', atMs, compared: 7, differing: 1 });
      const newestMs = 1_890_000_000_000;
      await store.write({
        comparisonLatencies: [latencies],
        comparisonSeries: [0, 23, 25].map((hours) => point(newestMs - hours * 3_600_000)),
      });
      expect(await store.latencies(mirror, 1)).toEqual([latencies]);
      expect(await store.latencies(mirror, 2)).toEqual([]);
      // Of an Envoy whose clock is ahead.
      await store.write({ comparisonSeries: [{ ...point(newestMs + 48 * 3_600_000), mirror: `${mirror}-ahead` }] });
      await store.sweep(undefined, newestMs + 1_000);
      const kept = (await store.series(0)).filter((row) => row.mirror === mirror);
      expect(kept.map(({ atMs }) => newestMs - atMs).sort((one, other) => one - other)).toEqual([0, 23 * 3_600_000]);
      expect(kept[0]).toEqual(point(kept[0]!.atMs));
      expect((await store.series(newestMs)).filter((row) => row.mirror === mirror)).toEqual([point(newestMs)]);
    });

    it('writes more rows than a statement can hold', async () => {
      const rows = Array.from({ length: 4_321 }, (_, index) => fieldRow(mirror, 1, `/f${index}`));
      await store.write({ comparisonFields: rows });
      await store.write({ comparisonFields: rows });
      expect((await store.counts(mirror, 1)).fields).toHaveLength(4_321);
    });

    it('keeps keys of any length and with any character, two as two', async () => {
      const long = `/${randomBytes(10_000).toString('hex')}`;
      // Without care some of these are the same to a database, and a statement that holds both fails.
      const odd = ['/nul\0', '/nul\u2400', '/half\ud83d', '/half\ude00', '/half\ufffd'];
      const rows = [`${long}/a`, `${long}/b`, ...odd].map((path) => fieldRow(mirror, 1, path));
      await store.write({ comparisonFields: rows });
      await store.write({ comparisonFields: rows });
      const kept = (await store.counts(mirror, 1)).fields.map(({ path }) => path).sort();
      expect(kept).toHaveLength(7);
      expect(kept.filter((path) => path.startsWith(long.slice(0, 200)))).toHaveLength(2);
      expect(kept).toEqual(expect.arrayContaining(['/nul\u2400', '/half\ufffd']));
    });

    it('finds the places of samples by group, whatever its name, and adds up pairs by epoch', async () => {
      const paths = ['/total', `/${'x'.repeat(1_000)}`, '/half\ud83d'];
      const slots = paths.flatMap((path) =>
        ['1', '0'].map((slot) => ({ ...slotRow(mirror, 1, slot, `${slot}s`), path })),
      );
      const other = { ...cellRow(mirror, 1, 5), segment: 'beta' };
      await store.write({
        comparisonSampleSlots: slots,
        comparisonCells: [cellRow(mirror, 1, 10), other, cellRow(mirror, 2, 5_000_000_000)],
      });
      for (const path of paths) {
        const found = await store.slots(mirror, 1, { endpoint: 'GET /orders/{id}', path });
        expect(found.map(({ sampleId }) => sampleId)).toEqual(['0s', '1s']);
      }
      expect(await store.slots(mirror, 1, {})).toHaveLength(6);
      expect(await store.slots(mirror, 2, {})).toEqual([]);
      expect(await store.pairsByEpoch(mirror)).toEqual(
        new Map([
          [1, 15],
          [2, 5_000_000_000],
        ]),
      );
    });

    it('writes all or nothing, and works on after a failure', async () => {
      const broken = { ...fieldRow(mirror, 1, '/x'), kind: null as unknown as string };
      await expect(
        store.write({ comparisonCells: [cellRow(mirror, 1, 1)], comparisonFields: [broken] }),
      ).rejects.toMatchObject({ code: 'STORE_FAILED' });
      expect((await store.counts(mirror, 1)).cells).toEqual([]);
      await store.write({ comparisonCells: [cellRow(mirror, 1, 1)] });
      expect((await store.counts(mirror, 1)).cells).toHaveLength(1);
    });

    it('keeps rules in the order of their making', async () => {
      await store.putRule({ mirror, id: 'b', createdAtMs: 1, rule: '{"effect":"ignore"}' });
      await store.putRule({ mirror, id: 'a', createdAtMs: 2, rule: '{}' });
      await store.putRule({ mirror, id: 'b', createdAtMs: 1, rule: '{"effect":"unordered"}' });
      expect((await store.rules(mirror)).map(({ id, rule }) => [id, rule])).toEqual([
        ['b', '{"effect":"unordered"}'],
        ['a', '{}'],
      ]);
      expect(await store.mirrorsWithRules()).toContain(mirror);
      expect(await store.deleteRule(mirror, 'b')).toBe(true);
      expect(await store.deleteRule(mirror, 'b')).toBe(false);
      expect(await store.rules(mirror)).toHaveLength(1);
    });

    it('forgets samples that have lost their place', async () => {
      const write = (slot: string, id: string) =>
        store.write({
          comparisonEpochs: [epochRow(mirror, 1)],
          comparisonSamples: [sampleRow(mirror, id, 1)],
          comparisonSampleSlots: [slotRow(mirror, 1, slot, id)],
        });
      await write('first', 'one');
      await write('latest-0', 'two');
      await write('latest-0', 'three');
      await store.sweep();
      expect(await store.sample(mirror, 'one')).toEqual(sampleRow(mirror, 'one', 1));
      expect(await store.sample(mirror, 'two')).toBeUndefined();
      expect(await store.sample(mirror, 'three')).toBeDefined();
    });

    it('deletes the oldest samples beyond the bytes allowed, with their places', async () => {
      for (const epoch of [1, 2, 3]) {
        await store.write({
          comparisonEpochs: [epochRow(mirror, epoch)],
          comparisonSamples: [sampleRow(mirror, `s${epoch}`, epoch, 400)],
          comparisonSampleSlots: [slotRow(mirror, epoch, 'first', `s${epoch}`)],
        });
      }
      await store.sweep(() => ({ maxSampleBytes: 900 }));
      expect(await store.sample(mirror, 's1')).toBeUndefined();
      expect(await store.sample(mirror, 's2')).toBeDefined();
      expect((await store.counts(mirror, 1)).slots).toEqual([]);
      expect((await store.counts(mirror, 3)).slots).toHaveLength(1);
    });

    it('keeps counts longer than samples, and neither for ever', async () => {
      for (const epoch of [1, 2, 3, 4]) {
        await store.write({
          comparisonEpochs: [epochRow(mirror, epoch)],
          comparisonCells: [cellRow(mirror, epoch, epoch)],
          comparisonSamples: [sampleRow(mirror, `s${epoch}`, epoch)],
          comparisonSampleSlots: [slotRow(mirror, epoch, 'first', `s${epoch}`)],
        });
      }
      await store.sweep(() => ({ maxEpochs: 3, maxSampledEpochs: 1 }));
      expect((await store.epochs(mirror)).map(({ epoch }) => epoch)).toEqual([2, 3, 4]);
      expect((await store.counts(mirror, 1)).cells).toEqual([]);
      expect((await store.counts(mirror, 2)).cells).toHaveLength(1);
      expect(await store.sample(mirror, 's3')).toBeUndefined();
      expect(await store.sample(mirror, 's4')).toBeDefined();
    });
  });
}

it('says what is wrong when the database cannot be reached', async () => {
  await expect(ComparisonStore.open(postgresDialect('postgres://nobody@127.0.0.1:1/none'))).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});
