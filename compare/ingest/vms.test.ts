import { expect, it } from 'vitest';
import type { Batch } from './batch.ts';
import { VmBooks } from './index.ts';

const NO_COUNTS = { started: 0, captured: 0, droppedOverCapacity: 0, batchesLost: 0, halvesLost: 0 };

function batch(sequence: number, counters: Partial<Batch['counters']> = {}, fields: Partial<Batch> = {}): Batch {
  return {
    vmId: 'a',
    sequence,
    role: 'shadow',
    node: 'edge-1',
    halves: [],
    unreadableHalves: 0,
    counters: { ...NO_COUNTS, ...counters },
    sentAtMs: 0,
    ...fields,
  };
}

it('a batch that comes again is known', () => {
  const books = new VmBooks();
  expect(books.arrive(batch(1), 0)).toEqual({ duplicate: false, lost: [] });
  expect(books.arrive(batch(1), 0)).toEqual({ duplicate: true, lost: [] });
  expect(books.arrive(batch(1, {}, { vmId: 'b' }), 0)).toEqual({ duplicate: false, lost: [] });
});

it('a gap and the filter agree: the halves of the missing batches are lost, once', () => {
  const books = new VmBooks();
  books.arrive(batch(1), 0);
  expect(books.arrive(batch(4, { batchesLost: 2, halvesLost: 30 }), 0).lost).toEqual([
    { role: 'shadow', cause: 'batch_lost', count: 30 },
  ]);
  expect(books.arrive(batch(5, { batchesLost: 2, halvesLost: 30 }), 0).lost).toEqual([]);
  expect(books.arrive(batch(7, { batchesLost: 3, halvesLost: 35 }), 0).lost).toMatchObject([{ count: 5 }]);
  expect(books.list(0)).toMatchObject([{ batches: 4, missingBatches: 3 }]);
});

it('a batch that the filter gave up but that arrived is not lost', () => {
  const books = new VmBooks();
  books.arrive(batch(1), 0);
  expect(books.arrive(batch(2, { batchesLost: 1, halvesLost: 10 }), 0).lost).toEqual([]);
  // Of two given up, one is missing.
  expect(books.arrive(batch(4, { batchesLost: 3, halvesLost: 30 }), 0).lost).toMatchObject([{ count: 10 }]);
});

it('a batch that was overtaken still counts, and is then not missing', () => {
  const books = new VmBooks();
  books.arrive(batch(1), 0);
  books.arrive(batch(3, { started: 9 }), 0);
  expect(books.arrive(batch(2, { started: 5 }), 0)).toEqual({ duplicate: false, lost: [] });
  expect(books.arrive(batch(2), 0).duplicate).toBe(true);
  expect(books.list(0)).toMatchObject([{ batches: 3, missingBatches: 0, counters: { started: 9 } }]);
});

it('halves that did not fit into the VM are lost for want of capacity', () => {
  const books = new VmBooks();
  expect(books.arrive(batch(1, { droppedOverCapacity: 3 }), 0).lost).toEqual([
    { role: 'shadow', cause: 'over_capacity', count: 3 },
  ]);
  expect(books.arrive(batch(2, { droppedOverCapacity: 4 }), 0).lost).toMatchObject([{ count: 1 }]);
});

it('losses of the time before: all are ours if nobody took a batch, none if somebody did', () => {
  const nobody = new VmBooks();
  expect(nobody.arrive(batch(6, { batchesLost: 5, halvesLost: 50, droppedOverCapacity: 2 }), 0).lost).toEqual([
    { role: 'shadow', cause: 'over_capacity', count: 2 },
    { role: 'shadow', cause: 'batch_lost', count: 50 },
  ]);
  const somebody = new VmBooks();
  expect(somebody.arrive(batch(100, { batchesLost: 5, halvesLost: 50, droppedOverCapacity: 2 }), 0).lost).toEqual([]);
  expect(somebody.arrive(batch(102, { batchesLost: 6, halvesLost: 57, droppedOverCapacity: 2 }), 0).lost).toEqual([
    { role: 'shadow', cause: 'batch_lost', count: 7 },
  ]);
});

it('a VM without heartbeat is silent, and replaced once another of its node and role has begun', () => {
  const books = new VmBooks();
  books.arrive(batch(1), 0);
  books.arrive(batch(1, {}, { vmId: 'b' }), 0);
  const states = (nowMs: number) => Object.fromEntries(books.list(nowMs).map(({ vmId, state }) => [vmId, state]));
  expect(states(5_000)).toEqual({ a: 'alive', b: 'alive' });
  books.arrive(batch(1, {}, { vmId: 'other role', role: 'primary' }), 5_001);
  expect(states(5_001)).toMatchObject({ a: 'silent', b: 'silent' });
  books.arrive(batch(1, {}, { vmId: 'c' }), 5_001);
  expect(Object.values(states(5_001)).sort()).toEqual(['alive', 'alive', 'replaced', 'silent']);
});

it('a VM that died after its first batch is not replaced by those that began with it', () => {
  const books = new VmBooks();
  books.arrive(batch(1, {}, { vmId: 'dead' }), 0);
  books.arrive(batch(1, {}, { vmId: 'beside it' }), 30);
  books.arrive(batch(2, {}, { vmId: 'beside it' }), 5_001);
  expect(
    books
      .list(5_001)
      .map(({ state }) => state)
      .sort(),
  ).toEqual(['alive', 'silent']);
});

it('a VM that lives on beside younger ones is replaced when it falls silent, at whatever time it began to be heard', () => {
  const books = new VmBooks();
  const states = (nowMs: number) => Object.fromEntries(books.list(nowMs).map(({ vmId, state }) => [vmId, state]));
  // Older than we are, by its sequence.
  books.arrive(batch(90, {}, { vmId: 'old' }), 0);
  books.arrive(batch(1, {}, { vmId: 'new' }), 100);
  books.arrive(batch(1, {}, { vmId: 'with it' }), 10_000);
  books.arrive(batch(91, {}, { vmId: 'old' }), 10_000);
  books.arrive(batch(2, {}, { vmId: 'new' }), 10_000);
  expect(states(15_001)).toEqual({ old: 'replaced', new: 'silent', 'with it': 'silent' });
  books.arrive(batch(1, {}, { vmId: 'newer' }), 15_000);
  books.arrive(batch(2, {}, { vmId: 'with it' }), 20_001);
  books.arrive(batch(2, {}, { vmId: 'newer' }), 20_001);
  expect(states(25_002)).toMatchObject({ new: 'replaced', 'with it': 'silent', newer: 'silent' });
});

it('what the clock of Envoy is behind is told by the clock of the machine, not by the one for intervals', () => {
  const books = new VmBooks();
  books.arrive(batch(1, {}, { sentAtMs: 900_000 }), 5_000, 1_000_000);
  expect(books.list(6_000)).toMatchObject([{ state: 'alive', lastBatchAtMs: 5_000, clockBehindMs: 100_000 }]);
});

it('forgets those that were silent longest: after a time, and beyond a number', () => {
  const books = new VmBooks({ maxVms: 2, forgetAfterMs: 1_000 });
  const ids = () => books.list(0).map(({ vmId }) => vmId);
  for (const vmId of ['a', 'b', 'a', 'c']) books.arrive(batch(1, {}, { vmId }), 0);
  expect(ids()).toEqual(['a', 'c']);
  books.arrive(batch(2), 1_001);
  expect(ids()).toEqual(['a']);
});

it('a sequence far ahead costs no memory', () => {
  const books = new VmBooks();
  books.arrive(batch(1), 0);
  books.arrive(batch(2 ** 50, { batchesLost: 2 ** 40, halvesLost: 10 }), 0);
  expect(books.list(0)).toMatchObject([{ missingBatches: 2 ** 50 - 2 }]);
});
