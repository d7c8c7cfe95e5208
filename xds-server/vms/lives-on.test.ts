/**
 * Machines that are made anew live on, and speak, until the last request in them has ended. Their end is no death, whatever
 * had them made anew; the death of one of the new ones is. Here with the comparison layer's own books of them.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { VmBooks } from '../../compare/ingest/index.ts';
import { VmKeeper } from './index.ts';

interface Machine {
  readonly vmId: string;
  readonly bornAtMs: number;
  endsAtMs: number;
  hangsUntilMs: number;
  sequence: number;
}

const HEARTBEAT_MS = 2_000;
const STEP_MS = 100;
const SECOND = 1_000;
const MINUTE = 60_000;

let nowMs: number;
let machines: Machine[];
let books: VmBooks;
let keeper: VmKeeper;
let happened: string[];
/** How long the machines live on that are made anew: the main thread's, and two workers'. */
let requestsLastMs: readonly number[];

function begin(): Machine[] {
  const made = [0, 1, 2].map((thread) => ({
    vmId: `${nowMs}-${thread}`,
    bornAtMs: nowMs + 200 + thread * 300,
    endsAtMs: Number.POSITIVE_INFINITY,
    hangsUntilMs: 0,
    sequence: 0,
  }));
  machines.push(...made);
  return made;
}

function makeAnew(): void {
  const old = machines.filter(({ endsAtMs }) => endsAtMs > nowMs);
  for (const [index, machine] of old.entries()) machine.endsAtMs = nowMs + requestsLastMs[index % 3]!;
  begin();
}

function startControlPlane(): void {
  books = new VmBooks();
  keeper = new VmKeeper({ heard: () => books.list(nowMs), onRevive: makeAnew, now: () => nowMs });
  keeper.onEvent(({ kind }) => happened.push(kind));
}

function pass(ms: number): void {
  for (const end = nowMs + ms; nowMs < end; nowMs += STEP_MS) {
    for (const machine of machines) {
      const { vmId, bornAtMs, endsAtMs } = machine;
      if (nowMs < bornAtMs || nowMs >= endsAtMs || (nowMs - bornAtMs) % HEARTBEAT_MS >= STEP_MS) continue;
      if (nowMs < machine.hangsUntilMs) continue;
      machine.sequence += 1;
      const counters = { started: 0, captured: 0, droppedOverCapacity: 0, batchesLost: 0, halvesLost: 0 };
      const { sequence } = machine;
      const batch = { vmId, sequence, role: 'primary', node: 'edge-1', counters, sentAtMs: 0 } as const;
      books.arrive({ ...batch, halves: [], unreadableHalves: 0 }, nowMs);
    }
    if (nowMs % SECOND === 0) keeper.look();
  }
}

beforeEach(() => {
  nowMs = MINUTE;
  machines = [];
  happened = [];
  startControlPlane();
  begin();
});
afterEach(() => keeper.close());

const LIVES = [
  [0, 1_000, 4_000],
  [0, 0, 30_000],
  [0, 4_000, 30_000],
  [9_000, 6_000, 3 * MINUTE],
] as const;

it.each(LIVES)('after a revival, for %d, %d and %d ms', (...lives) => {
  requestsLastMs = lives;
  pass(MINUTE);
  machines[1]!.endsAtMs = nowMs;
  pass(10 * MINUTE);
  expect(happened).toEqual(['died', 'revived']);
  // A new one that dies is found as the first was, and its pause is the second.
  machines.at(-1)!.endsAtMs = nowMs;
  pass(MINUTE);
  expect(happened).toEqual(['died', 'revived', 'died', 'revived']);
});

it.each(LIVES)('after a new filter, for %d, %d and %d ms', (...lives) => {
  requestsLastMs = lives;
  pass(MINUTE);
  makeAnew();
  pass(10 * MINUTE);
  expect(happened).toEqual([]);
  machines.at(-1)!.endsAtMs = nowMs;
  pass(MINUTE);
  expect(happened).toEqual(['died', 'revived']);
});

it.each(LIVES)('after a new control plane with a new filter, for %d, %d and %d ms', (...lives) => {
  requestsLastMs = lives;
  pass(MINUTE);
  keeper.close();
  startControlPlane();
  pass(3 * SECOND);
  makeAnew();
  pass(10 * MINUTE);
  expect(happened).toEqual([]);
});

it('nor is a call to the collector that hangs until the filter gives it up', () => {
  pass(MINUTE);
  // Of one worker; three heartbeats do not come.
  machines[1]!.hangsUntilMs = nowMs + 5_000;
  pass(MINUTE);
  expect(happened).toEqual([]);
});

it.each([0, 1])('when of two Envoys of one name, a minute apart, number %d ends', (envoy) => {
  pass(MINUTE);
  begin();
  pass(MINUTE);
  for (const machine of machines.slice(envoy * 3, envoy * 3 + 3)) machine.endsAtMs = nowMs;
  pass(10 * MINUTE);
  expect(happened).toEqual([]);
});
