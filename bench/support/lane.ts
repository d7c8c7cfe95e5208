/**
 * Variants that take turns within fractions of a second: each has its listener in one Envoy, and its load with all
 * connections open all the time. What slows a machine down for a while slows them all alike.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type PausedLoad, startPausedLoad } from './paused-load.ts';
import type { PinnedEnvoy } from './pinned-envoy.ts';
import { elapsedMicroseconds, readThreadTimes } from './process-cpu.ts';
import type { Load } from './wrk.ts';

export interface Lane {
  /** Its name, which is its `stat_prefix` too. */
  readonly listener: string;
  readonly connections: number;
  readonly load: PausedLoad;
}

/** What the whole Envoy process spent while one lane ran. */
export interface Slice {
  readonly requests: number;
  readonly cpuMicrosPerRequest: number;
  /** Share of the time that Envoy was ready but something else had its core; 0 on a machine that does nothing else. */
  readonly disturbance: number;
}

export interface SliceOptions {
  readonly milliseconds: number;
  /** How long what a request leaves behind may take, such as a batch that waits. If not specified, 0. */
  readonly aftermathMs?: number;
}

const OPEN_TIMEOUT_MS = 10_000;
const POLL_MS = 20;
/** What is under way when a load pauses is answered within so much for each connection. */
const SETTLE_MS_PER_CONNECTION = 0.2;
const LEAST_SETTLE_MS = 10;
const SETTLE_TIMEOUT_MS = 10_000;
const ATTEMPTS = 10;

/** Resolves when all its connections are open and it is paused. */
export async function openLane(
  envoy: PinnedEnvoy,
  listener: string,
  load: Omit<Load, 'seconds' | 'url'>,
): Promise<Lane> {
  const before = await readLaneCounters(envoy, listener);
  const url = `http://127.0.0.1:${envoy.port(listener)}`;
  const lane = { listener, connections: load.connections, load: startPausedLoad({ ...load, url }) };
  const deadline = performance.now() + OPEN_TIMEOUT_MS;
  for (;;) {
    const open = (await readLaneCounters(envoy, listener)).open - before.open;
    if (open >= load.connections) break;
    if (performance.now() > deadline) {
      await lane.load.end();
      throw new Error(`${listener}: ${open} of ${load.connections} connections open`);
    }
    await sleep(POLL_MS);
  }
  lane.load.pause();
  await settle(envoy, lane, 0);
  return lane;
}

/**
 * Lets a lane run for a while. Nothing is under way at either end, so every request is counted whole. Once more when the load
 * got no core of its own meanwhile.
 */
export async function runSlice(envoy: PinnedEnvoy, lane: Lane, options: SliceOptions): Promise<Slice> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const slice = await runOnce(envoy, lane, options);
    if (slice.requests >= lane.connections) return slice;
  }
  throw new Error(`${lane.listener}: next to nothing was answered in ${options.milliseconds} ms, ${ATTEMPTS} times`);
}

async function runOnce(
  envoy: PinnedEnvoy,
  lane: Lane,
  { milliseconds, aftermathMs = 0 }: SliceOptions,
): Promise<Slice> {
  const { answered } = await readLaneCounters(envoy, lane.listener);
  const timesBefore = readThreadTimes(envoy.pid);
  const startedAt = performance.now();
  lane.load.resume();
  await sleep(milliseconds);
  lane.load.pause();
  const { counters, times } = await settle(envoy, lane, aftermathMs);
  const elapsedMicros = (performance.now() - startedAt) * 1000;
  const requests = counters.answered - answered;
  const { onCpu, waiting } = elapsedMicroseconds(timesBefore, times);
  return { requests, cpuMicrosPerRequest: onCpu / requests, disturbance: waiting / elapsedMicros };
}

/** Until nothing is under way. The times are from before the counters were asked for, which costs Envoy something. */
async function settle(envoy: PinnedEnvoy, { listener, connections }: Lane, aftermathMs: number) {
  const deadline = performance.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    await sleep(LEAST_SETTLE_MS + connections * SETTLE_MS_PER_CONNECTION + aftermathMs);
    const times = readThreadTimes(envoy.pid);
    const counters = await readLaneCounters(envoy, listener);
    if (counters.underWay === 0) return { counters, times };
    if (performance.now() > deadline) throw new Error(`${listener}: ${counters.underWay} requests do not end`);
  }
}

/** Of all lanes of one listener. */
export interface LaneCounters {
  readonly open: number;
  readonly underWay: number;
  readonly completed: number;
  /** With success. */
  readonly answered: number;
}

const COUNTERS = {
  open: 'downstream_cx_active',
  underWay: 'downstream_rq_active',
  completed: 'downstream_rq_completed',
  answered: 'downstream_rq_2xx',
} as const;

export async function readLaneCounters(envoy: PinnedEnvoy, listener: string): Promise<LaneCounters> {
  const stats = await envoy.stats(`^http\\.${escapePattern(listener)}\\.(${Object.values(COUNTERS).join('|')})$`);
  const read = (key: keyof typeof COUNTERS) => stats.get(`http.${listener}.${COUNTERS[key]}`) ?? 0;
  return { open: read('open'), underWay: read('underWay'), completed: read('completed'), answered: read('answered') };
}

/** @throws Error when requests failed, or there were none. */
export function checkAnswered(listener: string, { completed, answered }: LaneCounters): void {
  if (answered === 0 || answered < completed)
    throw new Error(`${listener}: ${completed - answered} of ${completed} requests failed`);
}

/** A name as a regular expression that matches only it. */
export function escapePattern(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
