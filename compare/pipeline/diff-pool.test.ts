import { afterEach, expect, it } from 'vitest';
import { steadyMs } from '../../clock/index.ts';
import { readHalf } from '../ingest/index.ts';
import { encodeHalf, halfFields, SIDE } from '../ingest/testing.ts';
import { DiffPool, type DiffPoolOptions } from './diff-pool.ts';
import type { Task, TaskOutcome } from './job.ts';

const pools: DiffPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function start(options: Partial<DiffPoolOptions> = {}) {
  const done: Array<readonly [Task, TaskOutcome]> = [];
  const lostThreads: string[] = [];
  const pool = new DiffPool({
    onDone: (tasks) => done.push(...tasks),
    onThreadLost: ({ message }) => lostThreads.push(message),
    ...options,
  });
  pools.push(pool);
  return { pool, done, lostThreads, outcomes: () => done.map(([, { outcome }]) => outcome) };
}

function task(id: string, candidate = {}): Task {
  const half = (side: number, fields: object) =>
    readHalf(encodeHalf(halfFields({ exchange_id: id, side, ...fields })))!;
  const joined = {
    id,
    mirror: 'orders',
    stratum: { reason: 'sample' as const },
    atMs: 1,
    request: half(SIDE.primary, {}),
    primary: half(SIDE.primary, {}),
    candidate: half(SIDE.candidate, candidate),
  };
  return { joined, endpoint: 'GET /', renames: 0, settings: 0 };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('not within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('gives every task its own outcome, whatever job and thread it was in', async () => {
  const { pool, done } = start({ workers: 2 });
  const count = 300;
  for (let index = 0; index < count; index += 1) {
    expect(pool.submit(task(`e${index}`, { status: 200 + index, body: Buffer.from('{"total":"12.50"}') }))).toBe(true);
  }
  expect(pool.tasks).toBe(count);
  await until(() => done.length === count);
  for (const [{ joined }, outcome] of done) {
    const status = 200 + Number(joined.id.slice(1));
    expect(outcome).toMatchObject({
      outcome: 'compared',
      candidate: status === 200 ? [] : ['status :status'],
      primaryArm: { status: 200, headersMs: 1.5, lastByteMs: 2.5 },
      candidateArm: { status },
    });
  }
  expect(pool).toMatchObject({ tasks: 0, bytes: 0 });
});

it('names what differs shortly, however long the keys of a body are', async () => {
  const { pool, done } = start();
  const keys = ['a', 'b'].map((end) => `${'long '.repeat(20_000)}${end}`);
  pool.submit(task('e1', { body: Buffer.from(JSON.stringify(Object.fromEntries(keys.map((key) => [key, 1])))) }));
  await until(() => done.length === 1);
  const [[, outcome]] = done as [readonly [Task, TaskOutcome & { readonly candidate: readonly string[] }]];
  const names = outcome.candidate.filter((name) => name.startsWith('extra '));
  expect(names.map((name) => name.length)).toEqual([326, 326]);
  expect(new Set(names).size).toBe(2);
});

it('refuses what is beyond its bounds, and takes again when there is room', async () => {
  const one = task('e1');
  const bytes = one.joined.primary.encoded.length + one.joined.candidate.encoded.length;
  const { pool, done } = start({ maxBytes: 2 * bytes });
  expect([pool.submit(one), pool.submit(task('e2')), pool.submit(task('e3'))]).toEqual([true, true, false]);
  await until(() => done.length === 2);
  expect(pool.submit(task('e3'))).toBe(true);
});

it('gives up a job that takes too long, and goes on with a new thread', async () => {
  const { pool, done, outcomes, lostThreads } = start();
  pool.submit(task('e1'));
  await new Promise((resolve) => setImmediate(resolve));
  pool.advance(steadyMs() + 29_000);
  expect(done).toEqual([]);
  pool.advance(steadyMs() + 31_000);
  expect(outcomes()).toEqual(['not_comparable']);
  expect(lostThreads).toEqual(['a comparison took more than 30000 ms']);
  pool.submit(task('e2'));
  await until(() => done.length === 2);
  expect(outcomes()).toEqual(['not_comparable', 'compared']);
  expect(pool).toMatchObject({ tasks: 0, bytes: 0 });
});

it('what is not compared at the end is done as not comparable', async () => {
  const { pool, outcomes } = start();
  for (const id of ['e1', 'e2']) pool.submit(task(id));
  await pool.close();
  expect(outcomes()).toEqual(['not_comparable', 'not_comparable']);
  expect(pool.submit(task('e3'))).toBe(false);
});
