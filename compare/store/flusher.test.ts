import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { libsqlDialect } from '../../store/index.ts';
import { type Changes, ComparisonStore, Flusher } from './index.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-flusher-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const cells = (pairs: number): Changes => ({
  comparisonCells: [
    {
      mirror: 'orders',
      epoch: 1,
      endpoint: 'GET /orders',
      reason: 'sample',
      segment: '',
      control: 0,
      pairs,
      firstAtMs: 0,
      lastAtMs: 0,
      state: '{}',
    },
  ],
});

it('says so when there is nothing to write because the rows cannot be told, and goes on', async () => {
  let isBroken = true;
  const written: Changes[] = [];
  const flusher = new Flusher({
    source: {
      takeChanges: () => {
        if (isBroken) throw new Error('no rows');
        return cells(1);
      },
    },
    write: async (changes) => void written.push(changes),
  });
  await flusher.flush();
  expect(flusher.status()).toMatchObject({ failing: new Error('no rows') });
  isBroken = false;
  await flusher.flush();
  expect(written).toEqual([cells(1)]);
  expect(flusher.status().failing).toBeUndefined();
  await flusher.close();
});

it('writes again what could not be written, in its newest form, and says so', async () => {
  let now = 1;
  const written: number[] = [];
  const heard: unknown[] = [];
  let works = false;
  const flusher = new Flusher({
    source: { takeChanges: () => (now === 0 ? {} : cells(now)) },
    write: async (changes) => {
      if (!works) throw new Error('disk full');
      written.push(changes.comparisonCells![0]!.pairs);
    },
    onFailing: (error) => heard.push(error),
  });
  await flusher.flush();
  now = 2;
  await flusher.flush();
  expect(flusher.status()).toMatchObject({ pendingRows: 1, failing: new Error('disk full') });
  works = true;
  now = 0;
  await flusher.flush();
  expect(written).toEqual([2]);
  expect(flusher.status()).toMatchObject({ pendingRows: 0, failing: undefined });
  expect(heard).toEqual([new Error('disk full'), undefined]);
  await flusher.close();
});

it('has nothing to do when nothing has changed, again and again', async () => {
  const flusher = new Flusher({
    source: { takeChanges: () => ({}) },
    write: () => Promise.reject(new Error('called')),
  });
  await flusher.flush();
  await flusher.flush();
  await flusher.close();
  expect(flusher.status()).toMatchObject({ pendingRows: 0, failing: undefined });
});

it('does not begin a write before the last one has ended, and the last write has everything', async () => {
  let pairs = 0;
  let running = 0;
  let release: () => void = () => {};
  const written: number[] = [];
  const flusher = new Flusher({
    source: { takeChanges: () => cells(++pairs) },
    write: async (changes) => {
      running += 1;
      expect(running).toBe(1);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      running -= 1;
      written.push(changes.comparisonCells![0]!.pairs);
    },
  });
  const first = flusher.flush();
  const last = flusher.close();
  await vi.waitFor(() => expect(running).toBe(1));
  release();
  await first;
  await vi.waitFor(() => expect(running).toBe(1));
  release();
  await last;
  expect(written).toEqual([1, 2]);
});

const COUNTS_EVERY_MS = 3;

it('a process killed with SIGKILL loses no more than the last interval', async () => {
  const intervalMs = 300;
  const script = new URL('./testing-counter.ts', import.meta.url).pathname;
  const args = [directory, String(intervalMs), String(COUNTS_EVERY_MS)];
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const counted: Array<{ pairs: number }> = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    counted.push(JSON.parse(line));
    if (counted.length === 1_200 / COUNTS_EVERY_MS) child.kill('SIGKILL');
  }
  if (child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  const store = await ComparisonStore.open(libsqlDialect(directory, { file: 'comparison.db', durability: 'normal' }));
  const stored = (await store.counts('orders', 1)).cells[0]?.pairs ?? 0;
  await store.close();
  const lost = counted.filter(({ pairs }) => pairs > stored);
  expect(stored).toBeGreaterThan(0);
  // What was counted while the last write was under way, too. A machine that is slow to write is as slow to count.
  expect(lost.length).toBeLessThan((intervalMs + 500) / COUNTS_EVERY_MS);
});
