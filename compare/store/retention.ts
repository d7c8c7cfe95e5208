import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** What is kept at most. Counts are small and are kept long; samples are not. */
export interface Retention {
  /** Of each mirror; older ones lose their counts and samples. Default 1,000. */
  readonly maxEpochs?: number;
  /** Of each mirror, the newest; samples of older ones are deleted. Default 20. */
  readonly maxSampledEpochs?: number;
  /** Of all samples of a mirror; beyond, the oldest are deleted. Default 256 MiB. */
  readonly maxSampleBytes?: number;
}

const DEFAULT_RETENTION: Required<Retention> = Object.freeze({
  maxEpochs: 1_000,
  maxSampledEpochs: 20,
  maxSampleBytes: 256 * 1024 * 1024,
});

/** How far back counts a minute go. */
const MAX_SERIES_MS = 24 * 3_600_000;

const OF_AN_EPOCH = [
  'comparisonCells',
  'comparisonFields',
  'comparisonLatencies',
  'comparisonLosses',
  'comparisonSampleSlots',
  'comparisonSamples',
  'comparisonEpochs',
] as const;

/** Undefined for mirrors of which nothing is said. */
export type RetentionOf = (mirror: string) => Retention | undefined;

export async function sweep(database: Kysely<Tables>, retentionOf: RetentionOf, nowMs: number): Promise<void> {
  const newest = await database
    .selectFrom('comparisonEpochs')
    .select(({ fn }) => ['mirror', fn.max('epoch').as('epoch')])
    .groupBy('mirror')
    .execute();
  for (const { mirror, epoch } of newest) {
    const { maxEpochs, maxSampledEpochs, maxSampleBytes } = {
      ...DEFAULT_RETENTION,
      ...retentionOf(mirror),
    };
    for (const table of OF_AN_EPOCH) await deleteUpTo(database, table, mirror, Number(epoch) - maxEpochs);
    for (const table of ['comparisonSampleSlots', 'comparisonSamples'] as const) {
      await deleteUpTo(database, table, mirror, Number(epoch) - maxSampledEpochs);
    }
    await deleteBeyondBytes(database, mirror, maxSampleBytes);
  }
  // By the clocks of Envoys, of which one may be ahead: it must not make all of them forget.
  const until = sql`(select max(at_ms) from comparison_series where at_ms <= ${nowMs}) - ${MAX_SERIES_MS}`;
  await sql`delete from comparison_series where at_ms < ${until}`.execute(database);
  await sql`delete from comparison_samples where not exists (select 1 from comparison_sample_slots
    where comparison_sample_slots.mirror = comparison_samples.mirror
    and comparison_sample_slots.sample_id = comparison_samples.id)`.execute(database);
}

async function deleteUpTo(
  database: Kysely<Tables>,
  table: (typeof OF_AN_EPOCH)[number],
  mirror: string,
  epoch: number,
): Promise<void> {
  if (epoch < 1) return;
  await database.deleteFrom(table).where('mirror', '=', mirror).where('epoch', '<=', epoch).execute();
}

async function deleteBeyondBytes(database: Kysely<Tables>, mirror: string, maxBytes: number): Promise<void> {
  // Bytes of a sample and of all newer ones.
  await sql`delete from comparison_samples where mirror = ${mirror} and id in (
    select id from (select id, sum(bytes) over (order by at_ms desc, id) as total
      from comparison_samples where mirror = ${mirror}) as sized where total > ${maxBytes})`.execute(database);
  await sql`delete from comparison_sample_slots where mirror = ${mirror} and not exists (select 1 from comparison_samples
    where comparison_samples.mirror = comparison_sample_slots.mirror
    and comparison_samples.id = comparison_sample_slots.sample_id)`.execute(database);
}
