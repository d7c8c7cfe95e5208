import type { Kysely, MigrationProvider } from 'kysely';

/**
 * The tables of the comparison, the same on SQLite and PostgreSQL: text, integers, and 64-bit counts and times. What a
 * query may want has a column; what only the tally needs to go on counting (spells, sketches, latencies) stands in
 * `state` as JSON text. Columns are snake_case in the database.
 */
export interface Tables {
  comparisonEpochs: StoredEpoch;
  comparisonCells: StoredCell;
  comparisonFields: StoredField;
  comparisonLosses: StoredLoss;
  comparisonSamples: StoredSample;
  comparisonSampleSlots: StoredSampleSlot;
  comparisonRules: StoredRule;
  comparisonLatencies: StoredLatencies;
  comparisonSeries: StoredSeriesPoint;
}

interface InEpoch {
  readonly mirror: string;
  /** 1, 2, 3, ... of each mirror. */
  readonly epoch: number;
}

/** A segment or the sample. `segment` is empty for the sample, because parts of a key cannot be null. */
interface InStratum extends InEpoch {
  readonly reason: 'segment' | 'sample';
  readonly segment: string;
}

/** Pairs with and without a control are judged apart, so they are counted apart. */
interface InCell extends InStratum {
  readonly endpoint: string;
  /** 1: the pairs of this row have a control copy. */
  readonly control: 0 | 1;
}

export interface StoredEpoch extends InEpoch {
  readonly startedAtMs: number;
  /** Why it began: `first`, `version` (another version header), `manual`. */
  readonly cause: string;
  /** What the candidate called itself; empty when it says nothing. */
  readonly version: string;
  readonly state: string;
}

export interface StoredCell extends InCell {
  readonly pairs: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly state: string;
}

export interface StoredField extends InCell {
  readonly path: string;
  readonly kind: string;
  readonly candidateOnly: number;
  readonly controlOnly: number;
  readonly both: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly state: string;
}

export interface StoredLoss extends InStratum {
  readonly cause: string;
  readonly count: number;
}

/** One exchange, already redacted. */
export interface StoredSample {
  readonly mirror: string;
  /** Of the exchange. */
  readonly id: string;
  readonly epoch: number;
  readonly atMs: number;
  readonly bytes: number;
  /** JSON text. */
  readonly content: string;
}

/**
 * The place of a sample in a group (`first`, `latest-3`, ...). A group has so many places and no more, which is what
 * bounds the samples; one that has lost its last place is deleted.
 */
export interface StoredSampleSlot extends InEpoch {
  readonly endpoint: string;
  readonly path: string;
  readonly kind: string;
  readonly slot: string;
  readonly sampleId: string;
}

export interface StoredRule {
  readonly mirror: string;
  readonly id: string;
  readonly createdAtMs: number;
  /** JSON text. */
  readonly rule: string;
}

/** A random choice of pairs with the latencies of every arm. */
export interface StoredLatencies extends InCell {
  /** Pairs out of which they were chosen. */
  readonly seen: number;
  readonly state: string;
}

/** One minute of one endpoint, or of all together as `*`. */
export interface StoredSeriesPoint {
  readonly mirror: string;
  readonly endpoint: string;
  /** When the minute began. */
  readonly atMs: number;
  readonly compared: number;
  readonly differing: number;
}

const IN_EPOCH = ['mirror', 'epoch'] as const;
const IN_CELL = [...IN_EPOCH, 'endpoint', 'reason', 'segment', 'control'] as const;

/** Primary keys: what is written again under the same key replaces what was there. */
export const KEYS = {
  comparisonEpochs: IN_EPOCH,
  comparisonCells: IN_CELL,
  comparisonFields: [...IN_CELL, 'path', 'kind'],
  comparisonLosses: [...IN_EPOCH, 'reason', 'segment', 'cause'],
  comparisonSamples: ['mirror', 'id'],
  comparisonSampleSlots: [...IN_EPOCH, 'endpoint', 'path', 'kind', 'slot'],
  comparisonRules: ['mirror', 'id'],
  comparisonLatencies: IN_CELL,
  comparisonSeries: ['mirror', 'endpoint', 'atMs'],
} as const satisfies { readonly [table in keyof Tables]: ReadonlyArray<keyof Tables[table]> };

type ColumnType = 'text' | 'integer' | 'bigint';

const COLUMNS: { readonly [table in keyof Tables]: { readonly [column in keyof Tables[table]]: ColumnType } } = {
  comparisonEpochs: {
    mirror: 'text',
    epoch: 'integer',
    startedAtMs: 'bigint',
    cause: 'text',
    version: 'text',
    state: 'text',
  },
  comparisonCells: {
    mirror: 'text',
    epoch: 'integer',
    endpoint: 'text',
    reason: 'text',
    segment: 'text',
    control: 'integer',
    pairs: 'bigint',
    firstAtMs: 'bigint',
    lastAtMs: 'bigint',
    state: 'text',
  },
  comparisonFields: {
    mirror: 'text',
    epoch: 'integer',
    endpoint: 'text',
    reason: 'text',
    segment: 'text',
    control: 'integer',
    path: 'text',
    kind: 'text',
    candidateOnly: 'bigint',
    controlOnly: 'bigint',
    both: 'bigint',
    firstAtMs: 'bigint',
    lastAtMs: 'bigint',
    state: 'text',
  },
  comparisonLosses: {
    mirror: 'text',
    epoch: 'integer',
    reason: 'text',
    segment: 'text',
    cause: 'text',
    count: 'bigint',
  },
  comparisonSamples: {
    mirror: 'text',
    id: 'text',
    epoch: 'integer',
    atMs: 'bigint',
    bytes: 'bigint',
    content: 'text',
  },
  comparisonSampleSlots: {
    mirror: 'text',
    epoch: 'integer',
    endpoint: 'text',
    path: 'text',
    kind: 'text',
    slot: 'text',
    sampleId: 'text',
  },
  comparisonRules: { mirror: 'text', id: 'text', createdAtMs: 'bigint', rule: 'text' },
  comparisonLatencies: {
    mirror: 'text',
    epoch: 'integer',
    endpoint: 'text',
    reason: 'text',
    segment: 'text',
    control: 'integer',
    seen: 'bigint',
    state: 'text',
  },
  comparisonSeries: { mirror: 'text', endpoint: 'text', atMs: 'bigint', compared: 'bigint', differing: 'bigint' },
};

/** Tables that came after the first version, which made all the others. */
const FIGURES: ReadonlyArray<keyof Tables> = ['comparisonLatencies', 'comparisonSeries'];

export const migrations: MigrationProvider = {
  async getMigrations() {
    return {
      '0001-comparison': { up: createFirst },
      '0002-figures': { up: (database) => createTables(database, FIGURES) },
    };
  },
};

async function createTables(database: Kysely<unknown>, tables: ReadonlyArray<keyof Tables>): Promise<void> {
  for (const table of tables) {
    const columns = COLUMNS[table];
    let create = database.schema.createTable(table);
    for (const [column, type] of Object.entries(columns) as [string, ColumnType][]) {
      create = create.addColumn(column, type, (definition) => definition.notNull());
    }
    await create.addPrimaryKeyConstraint(`${table}Key`, [...KEYS[table]] as never[]).execute();
  }
}

async function createFirst(database: Kysely<unknown>): Promise<void> {
  const tables = Object.keys(COLUMNS) as Array<keyof Tables>;
  await createTables(
    database,
    tables.filter((table) => !FIGURES.includes(table)),
  );
  await database.schema
    .createIndex('comparisonSampleSlotsSample')
    .on('comparisonSampleSlots')
    .columns(['mirror', 'sampleId'])
    .execute();
}
