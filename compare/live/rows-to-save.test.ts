import { expect, it } from 'vitest';
import type { SampleInput } from '../report/index.ts';
import type { ComparisonStore } from '../store/index.ts';
import { Tallies } from '../tally/index.ts';
import { aCompared, aSample } from '../tally/testing.ts';
import { LiveCounts } from './live-counts.ts';
import { RowsToSave } from './rows-to-save.ts';

const emptyStore = { mirrors: async () => [], series: async () => [] } as unknown as ComparisonStore;

async function rowsOf(tallies: Tallies, sampleOf?: (id: string) => SampleInput | undefined): Promise<RowsToSave> {
  const counts = await LiveCounts.open({ tallies }, emptyStore);
  return new RowsToSave({ tallies, sampleOf: (_, id) => (sampleOf ? sampleOf(id) : tallies.sample(id)) }, counts);
}

function countDifference(tallies: Tallies, id: string, paths: readonly string[]): void {
  const candidate = paths.map((path) => `value ${path}`);
  tallies.count(aCompared({ endpoint: `GET /${id}`, candidate, control: [], sample: aSample(id) }));
}

// 20 s and more while each of them was searched among all.
it('has thousands of fields that differ ready in a moment', { timeout: 30_000 }, async () => {
  const tallies = new Tallies();
  const rows = await rowsOf(tallies);
  const paths = Array.from({ length: 500 }, (_, index) => `/field-${index}`);
  for (let at = 0; at < 20; at += 1) countDifference(tallies, `e${at}`, paths);
  const { comparisonFields, comparisonSampleSlots } = rows.takeChanges();
  expect(comparisonFields).toHaveLength(10_000);
  expect(comparisonSampleSlots).toHaveLength(1_000);
});

it('takes no more of large samples at once than can be written, and the others with what follows', async () => {
  const tallies = new Tallies();
  const rows = await rowsOf(tallies, (id) => {
    const sample = tallies.sample(id)!;
    const primary = { ...sample.exchange.primary, body: new Uint8Array(2 ** 20) };
    return { ...sample, exchange: { ...sample.exchange, primary } };
  });
  for (let at = 0; at < 9; at += 1) countDifference(tallies, `e${at}`, ['/total']);
  const taken = [1, 2, 3, 4].map(() => rows.takeChanges());
  expect(taken.map(({ comparisonSamples }) => comparisonSamples!.length)).toEqual([3, 3, 3, 0]);
  const slots = new Set(
    taken.flatMap(({ comparisonSampleSlots }) => comparisonSampleSlots!.map((row) => row.sampleId)),
  );
  expect(slots.size).toBe(9);
});

it('writes counts without a sample that cannot be read', async () => {
  const tallies = new Tallies();
  const rows = await rowsOf(tallies, () => {
    throw new RangeError('Maximum call stack size exceeded');
  });
  countDifference(tallies, 'e1', ['/total']);
  expect(rows.takeChanges()).toMatchObject({ comparisonFields: [{ path: '/total' }], comparisonSamples: [] });
});
