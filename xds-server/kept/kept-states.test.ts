import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dialect } from 'kysely';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { libsqlDialect } from '../../store/index.ts';
import { KeptStates } from './index.ts';

let directory: string;
let opened: KeptStates[];
let told: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-kept-'));
  opened = [];
  told = [];
});
afterEach(async () => {
  for (const states of opened) await states.close().catch(() => {});
  rmSync(directory, { recursive: true });
});

async function open(
  dialect: Dialect = libsqlDialect(directory, { file: 'kept.db' }),
  retryMs = 10,
): Promise<KeptStates> {
  const states = await KeptStates.open({
    dialect,
    onFailing: (error) => told.push(error === undefined ? 'works' : (error as Error).message),
    retryMs,
  });
  opened.push(states);
  return states;
}

/** What a process that begins now would find; the one before still has the database open, as one that was killed. */
async function found(name: string): Promise<unknown> {
  return (await open()).of(name).before;
}

it('nothing was kept, at first', async () => {
  expect(await found('brakes')).toBeUndefined();
});

it('keeps the newest state of each name, also of a process that is killed', async () => {
  const states = await open();
  const brakes = states.of('brakes');
  for (let saved = 0; saved < 10; saved += 1) brakes.save({ saved });
  states.of('filter').save(['other']);
  await vi.waitFor(async () => expect(await found('filter')).toEqual(['other']), 10_000);
  expect(await found('brakes')).toEqual({ saved: 9 });
});

it('has written everything when it is closed', async () => {
  const states = await open();
  states.of('brakes').save('last');
  await states.close();
  expect(await found('brakes')).toBe('last');
});

it('keeps what is saved while a write is under way', async () => {
  const states = await open();
  const brakes = states.of('brakes');
  for (let saved = 0; saved <= 50; saved += 1) {
    brakes.save({ saved });
    await Promise.resolve();
  }
  await states.close();
  expect(await found('brakes')).toEqual({ saved: 50 });
});

/** A database that can be out of order. */
function breakable(): { readonly dialect: Dialect; isBroken: boolean } {
  const working = libsqlDialect(directory, { file: 'kept.db' });
  const database = {
    isBroken: false,
    dialect: {
      createAdapter: () => working.createAdapter(),
      createIntrospector: (db) => working.createIntrospector(db),
      createQueryCompiler: () => working.createQueryCompiler(),
      createDriver: () => {
        const driver = working.createDriver();
        const acquire = driver.acquireConnection.bind(driver);
        driver.acquireConnection = async () => {
          if (database.isBroken) throw new Error('no room');
          return acquire();
        };
        return driver;
      },
    } satisfies Dialect,
  };
  return database;
}

it.each<[string, (states: KeptStates) => unknown]>([
  ['when something else is saved', (states) => states.of('filter').save('other')],
  ['when it is closed', (states) => states.close()],
])('a store that fails holds nobody up, and gets what it lacks when it works again: %s', async (_, then) => {
  const database = breakable();
  const states = await open(database.dialect, 3_600_000);
  database.isBroken = true;
  states.of('brakes').save('first');
  await vi.waitFor(() => expect(told).toHaveLength(1), 10_000);
  database.isBroken = false;
  await then(states);
  await vi.waitFor(async () => expect(await found('brakes')).toBe('first'), 10_000);
  expect(told).toEqual(['The store of kept states failed: no room', 'works']);
});

it('is tried again by itself', async () => {
  const database = breakable();
  const states = await open(database.dialect);
  database.isBroken = true;
  states.of('brakes').save('first');
  await vi.waitFor(() => expect(told).toHaveLength(1), 10_000);
  database.isBroken = false;
  await vi.waitFor(async () => expect(await found('brakes')).toBe('first'), 10_000);
});

it('refuses to begin where it cannot read what was kept', async () => {
  mkdirSync(join(directory, 'kept.db'));
  await expect(open()).rejects.toMatchObject({ code: 'STORE_FAILED' });
});
