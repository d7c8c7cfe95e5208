import { CamelCasePlugin, type Dialect, type Kysely, type Transaction } from 'kysely';
import { GuardedDatabase } from '../../store/index.ts';
import type { BatchedTable, Changes } from './changes.ts';
import { type RetentionOf, sweep } from './retention.ts';
import { storable } from './storable.ts';
import {
  KEYS,
  migrations,
  type StoredCell,
  type StoredEpoch,
  type StoredField,
  type StoredLatencies,
  type StoredLoss,
  type StoredRule,
  type StoredSample,
  type StoredSampleSlot,
  type StoredSeriesPoint,
  type Tables,
} from './tables.ts';

/** What was counted in one epoch of a mirror. */
export interface StoredCounts {
  readonly cells: readonly StoredCell[];
  readonly fields: readonly StoredField[];
  readonly losses: readonly StoredLoss[];
  readonly slots: readonly StoredSampleSlot[];
}

/** Far below what a statement may have as parameters (32,766 in SQLite) at 14 columns a row. */
const ROWS_PER_STATEMENT = 200;

/** Counts, samples and rules on disk, in SQLite or PostgreSQL. Every failure is a STORE_FAILED. */
export class ComparisonStore {
  readonly #database: GuardedDatabase<Tables>;

  private constructor(database: GuardedDatabase<Tables>) {
    this.#database = database;
  }

  /** Opens the database and brings its tables up to date. */
  static async open(dialect: Dialect): Promise<ComparisonStore> {
    const what = { provider: migrations, tablePrefix: 'comparison', what: 'The store of the comparison' };
    return new ComparisonStore(await GuardedDatabase.open<Tables>(dialect, what, [new CamelCasePlugin()]));
  }

  /** All rows or none. A row replaces the one with the same key. */
  write(changes: Changes): Promise<void> {
    return this.#database.run((database) =>
      database.transaction().execute(async (transaction) => {
        for (const [table, rows] of Object.entries(changes) as [BatchedTable, readonly object[]][]) {
          await upsert(transaction, table, rows);
        }
      }),
    );
  }

  /** Oldest first. */
  async epochNumbers(mirror: string): Promise<number[]> {
    const rows = await this.#database.run((database) =>
      database.selectFrom('comparisonEpochs').select('epoch').where('mirror', '=', mirror).orderBy('epoch').execute(),
    );
    return rows.map(({ epoch }) => epoch);
  }

  epoch(mirror: string, epoch: number): Promise<StoredEpoch | undefined> {
    return this.#database.run((database) =>
      database
        .selectFrom('comparisonEpochs')
        .selectAll()
        .where('mirror', '=', mirror)
        .where('epoch', '=', epoch)
        .executeTakeFirst(),
    );
  }

  /** Pairs that were compared, by epoch: what they say of each field is not read for it. */
  async pairsByEpoch(mirror: string): Promise<ReadonlyMap<number, number>> {
    const rows = await this.#database.run((database) =>
      database
        .selectFrom('comparisonCells')
        .select(({ fn }) => ['epoch', fn.sum('pairs').as('pairs')])
        .where('mirror', '=', mirror)
        .groupBy('epoch')
        .execute(),
    );
    // PostgreSQL adds counts up to a number of any size, which comes as text.
    return new Map(rows.map(({ epoch, pairs }) => [epoch, Number(pairs)]));
  }

  /** Oldest first. */
  epochs(mirror: string): Promise<StoredEpoch[]> {
    return this.#database.run((database) =>
      database.selectFrom('comparisonEpochs').selectAll().where('mirror', '=', mirror).orderBy('epoch').execute(),
    );
  }

  /** Mirrors of which something was counted, also those that the policy has no more. */
  async mirrors(): Promise<string[]> {
    const rows = await this.#database.run((database) =>
      database.selectFrom('comparisonEpochs').select('mirror').distinct().orderBy('mirror').execute(),
    );
    return rows.map(({ mirror }) => mirror);
  }

  counts(mirror: string, epoch: number): Promise<StoredCounts> {
    return this.#database.run(async (database) => {
      const [cells, fields, losses, slots] = await Promise.all([
        database
          .selectFrom('comparisonCells')
          .selectAll()
          .where('mirror', '=', mirror)
          .where('epoch', '=', epoch)
          .execute(),
        database
          .selectFrom('comparisonFields')
          .selectAll()
          .where('mirror', '=', mirror)
          .where('epoch', '=', epoch)
          .execute(),
        database
          .selectFrom('comparisonLosses')
          .selectAll()
          .where('mirror', '=', mirror)
          .where('epoch', '=', epoch)
          .execute(),
        database
          .selectFrom('comparisonSampleSlots')
          .selectAll()
          .where('mirror', '=', mirror)
          .where('epoch', '=', epoch)
          .execute(),
      ]);
      return { cells, fields, losses, slots };
    });
  }

  /** Of the groups that are asked for; of a part that is not named, all. */
  slots(
    mirror: string,
    epoch: number,
    group: Partial<Pick<StoredSampleSlot, 'endpoint' | 'path' | 'kind'>>,
  ): Promise<StoredSampleSlot[]> {
    return this.#database.run((database) => {
      let query = database
        .selectFrom('comparisonSampleSlots')
        .selectAll()
        .where('mirror', '=', mirror)
        .where('epoch', '=', epoch);
      for (const [column, value] of Object.entries(keysOf('comparisonSampleSlots', group))) {
        query = query.where(column as keyof typeof group, '=', value);
      }
      return query.orderBy('slot').execute();
    });
  }

  latencies(mirror: string, epoch: number): Promise<StoredLatencies[]> {
    return this.#database.run((database) =>
      database
        .selectFrom('comparisonLatencies')
        .selectAll()
        .where('mirror', '=', mirror)
        .where('epoch', '=', epoch)
        .execute(),
    );
  }

  /** Of all mirrors. */
  series(sinceMs: number): Promise<StoredSeriesPoint[]> {
    return this.#database.run((database) =>
      database.selectFrom('comparisonSeries').selectAll().where('atMs', '>=', sinceMs).execute(),
    );
  }

  sample(mirror: string, id: string): Promise<StoredSample | undefined> {
    return this.#database.run((database) =>
      database
        .selectFrom('comparisonSamples')
        .selectAll()
        .where('mirror', '=', mirror)
        .where('id', '=', id)
        .executeTakeFirst(),
    );
  }

  async mirrorsWithRules(): Promise<string[]> {
    const rows = await this.#database.run((database) =>
      database.selectFrom('comparisonRules').select('mirror').distinct().orderBy('mirror').execute(),
    );
    return rows.map(({ mirror }) => mirror);
  }

  /** In order of their making. */
  rules(mirror: string): Promise<StoredRule[]> {
    return this.#database.run((database) =>
      database
        .selectFrom('comparisonRules')
        .selectAll()
        .where('mirror', '=', mirror)
        .orderBy('createdAtMs')
        .orderBy('id')
        .execute(),
    );
  }

  putRule(rule: StoredRule): Promise<void> {
    return this.#database.run((database) => upsert(database, 'comparisonRules', [rule]));
  }

  /** Whether there was one. */
  async deleteRule(mirror: string, id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#database.run((database) =>
      database
        .deleteFrom('comparisonRules')
        .where('mirror', '=', mirror)
        .where('id', '=', id)
        .executeTakeFirstOrThrow(),
    );
    return numDeletedRows > 0n;
  }

  /** Deletes what is beyond the bounds of each mirror. */
  sweep(retentionOf: RetentionOf = () => undefined, nowMs = Date.now()): Promise<void> {
    return this.#database.run((database) => sweep(database, retentionOf, nowMs));
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** As they are written in the table. */
function keysOf(table: keyof Tables, parts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const named = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  return storable(named, KEYS[table]) as Record<string, string>;
}

async function upsert(
  database: Kysely<Tables> | Transaction<Tables>,
  table: keyof Tables,
  rows: readonly object[],
): Promise<void> {
  const keys: readonly string[] = KEYS[table];
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    const chunk = rows.slice(from, from + ROWS_PER_STATEMENT).map((row) => storable(row, keys));
    const rest = Object.keys(chunk[0]!).filter((column) => !keys.includes(column));
    await database
      .insertInto(table)
      // Rows and columns belong to the same table; the type of a table that is not known here cannot say so.
      .values(chunk as never)
      .onConflict((conflict) =>
        conflict
          .columns(keys as never)
          .doUpdateSet(
            ({ ref }) =>
              Object.fromEntries(rest.map((column) => [column, ref(`excluded.${column}` as never)])) as never,
          ),
      )
      .execute();
  }
}
