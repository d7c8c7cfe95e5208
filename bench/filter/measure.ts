import { setTimeout as sleep } from 'node:timers/promises';
import {
  elapsedMicroseconds,
  type Load,
  type PausedLoad,
  type PinnedEnvoy,
  readThreadTimes,
  startPausedLoad,
} from '../support/index.ts';
import { SHADOW_CLUSTER, type Variant } from './variants.ts';

/** One variant under load for one slice of time: what Envoy spent on a request. */
export interface Measurement {
  readonly variant: string;
  readonly connections: number;
  readonly round: number;
  readonly requests: number;
  readonly cpuMicrosPerRequest: number;
  /** Share of the time that Envoy was ready but something else had its core; 0 on a machine that does nothing else. */
  readonly disturbance: number;
}

export type Figures = Pick<Measurement, 'requests' | 'cpuMicrosPerRequest' | 'disturbance'>;

/** A variant with its load, which waits with all connections open for its next slice. */
export interface Lane {
  readonly variant: Variant;
  readonly connections: number;
  readonly load: PausedLoad;
}

const OPEN_TIMEOUT_MS = 10_000;
const POLL_MS = 20;
/** What is under way when a load pauses is answered within so much for each connection. */
const SETTLE_MS_PER_CONNECTION = 0.2;
const LEAST_SETTLE_MS = 10;
const SETTLE_TIMEOUT_MS = 10_000;
const ATTEMPTS = 10;

/** Opens all connections, so that opening them is in no measurement. */
export async function openLane(
  envoy: PinnedEnvoy,
  variant: Variant,
  load: Pick<Load, 'core' | 'connections'>,
): Promise<Lane> {
  const before = await readCounters(envoy, variant);
  const url = `http://127.0.0.1:${envoy.port(variant.name)}`;
  const lane = {
    variant,
    connections: load.connections,
    load: startPausedLoad({ ...load, url, request: variant.request }),
  };
  const deadline = performance.now() + OPEN_TIMEOUT_MS;
  for (;;) {
    const { open } = await readCounters(envoy, variant);
    if (open - before.open >= load.connections) break;
    if (performance.now() > deadline) {
      await lane.load.end();
      throw new Error(`${variant.name}: ${open - before.open} of ${load.connections} connections open`);
    }
    await sleep(POLL_MS);
  }
  lane.load.pause();
  await settle(envoy, lane);
  return lane;
}

/**
 * Lets the lane run for a while and reads the CPU time of the whole Envoy process around it. Nothing is under way at
 * either end, so every request is counted whole. Once more when the load got no core of its own meanwhile.
 */
export async function measure(envoy: PinnedEnvoy, lane: Lane, milliseconds: number): Promise<Figures> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const figures = await measureOnce(envoy, lane, milliseconds);
    if (figures.requests >= lane.connections) return figures;
  }
  throw new Error(`${lane.variant.name}: next to nothing was answered within ${milliseconds} ms, ${ATTEMPTS} times`);
}

async function measureOnce(envoy: PinnedEnvoy, lane: Lane, milliseconds: number): Promise<Figures> {
  const { answered } = await readCounters(envoy, lane.variant);
  const timesBefore = readThreadTimes(envoy.pid);
  const startedAt = performance.now();
  lane.load.resume();
  await sleep(milliseconds);
  lane.load.pause();
  const { counters, times } = await settle(envoy, lane);
  const elapsedMicros = (performance.now() - startedAt) * 1000;
  const requests = counters.answered - answered;
  const { onCpu, waiting } = elapsedMicroseconds(timesBefore, times);
  return { requests, cpuMicrosPerRequest: onCpu / requests, disturbance: waiting / elapsedMicros };
}

/** Until nothing is under way. The times are from before the counters were asked for, which costs Envoy something. */
async function settle(envoy: PinnedEnvoy, { variant, connections }: Lane) {
  const deadline = performance.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    await sleep(LEAST_SETTLE_MS + connections * SETTLE_MS_PER_CONNECTION);
    const times = readThreadTimes(envoy.pid);
    const counters = await readCounters(envoy, variant);
    if (counters.underWay === 0) return { counters, times };
    if (performance.now() > deadline) throw new Error(`${variant.name}: ${counters.underWay} requests do not end`);
  }
}

export interface Counters {
  readonly open: number;
  readonly underWay: number;
  readonly completed: number;
  readonly answered: number;
  readonly onRoute: number;
  readonly copies: number;
}

export async function readCounters(envoy: PinnedEnvoy, { name, expectedRoute }: Variant): Promise<Counters> {
  const names = {
    open: `http.${name}.downstream_cx_active`,
    underWay: `http.${name}.downstream_rq_active`,
    completed: `http.${name}.downstream_rq_completed`,
    answered: `http.${name}.downstream_rq_2xx`,
    onRoute: `vhost.${name}.route.${expectedRoute}.upstream_rq_2xx`,
    copies: `cluster.${SHADOW_CLUSTER}.upstream_rq_total`,
  };
  const stats = await envoy.stats(`^(${Object.values(names).map(escapePattern).join('|')})$`);
  const read = (key: keyof typeof names) => stats.get(names[key]) ?? 0;
  return {
    open: read('open'),
    underWay: read('underWay'),
    completed: read('completed'),
    answered: read('answered'),
    onRoute: read('onRoute'),
    copies: read('copies'),
  };
}

/**
 * To be asked when an Envoy has served its last, with all that it has counted.
 *
 * @throws Error when requests failed, came from elsewhere than the route that this variant measures, or were not copied.
 */
export function checkRoute({ name, expectedRoute, mirrored }: Variant, counters: Counters): void {
  const { completed, answered, onRoute, copies } = counters;
  if (answered === 0 || answered < completed)
    throw new Error(`${name}: ${completed - answered} of ${completed} requests failed`);
  if (onRoute < answered) {
    throw new Error(`${name}: of ${answered} requests only ${onRoute} took the route ${expectedRoute}`);
  }
  if (mirrored && copies < answered) throw new Error(`${name}: ${copies} copies of ${answered} requests`);
}

function escapePattern(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
