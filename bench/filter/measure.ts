import { setTimeout as sleep } from 'node:timers/promises';
import { elapsedMicroseconds, type Load, type PinnedEnvoy, readThreadTimes, runLoad } from '../support/index.ts';
import { SHADOW_CLUSTER, type Variant } from './variants.ts';

/** One variant under load once: what Envoy spent on a request. */
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

/** The last part of the load is not measured, so that its end never is. */
const MARGIN_MS = 100;
const POLL_MS = 20;

/**
 * Puts load on one variant and reads the CPU time of the whole Envoy process while all connections are open, so that
 * opening and closing them is not in it. Fails when requests failed or took another route than the variant is about.
 */
export async function measure(
  envoy: PinnedEnvoy,
  variant: Variant,
  load: Pick<Load, 'core' | 'connections' | 'seconds'>,
): Promise<Figures> {
  const before = await readCounters(envoy, variant);
  const endAt = performance.now() + load.seconds * 1000 - MARGIN_MS;
  const loading = runLoad({ ...load, url: `http://127.0.0.1:${envoy.port(variant.name)}`, request: variant.request });
  const watching = watch(envoy, variant, load.connections, endAt);
  const [answered, figures] = await Promise.all([loading, watching]);
  checkRoute(variant, answered, before, await readCounters(envoy, variant));
  return figures;
}

/** From the moment that all connections are open until `endAt`. Counters and times are read in the same order at both ends. */
async function watch(envoy: PinnedEnvoy, variant: Variant, connections: number, endAt: number): Promise<Figures> {
  let first = await readCounters(envoy, variant);
  while (first.open < connections) {
    if (performance.now() > endAt) throw new Error(`${variant.name}: ${first.open} of ${connections} connections open`);
    await sleep(POLL_MS);
    first = await readCounters(envoy, variant);
  }
  const timesBefore = readThreadTimes(envoy.pid);
  const startedAt = performance.now();
  await sleep(endAt - startedAt);
  const requests = (await readCounters(envoy, variant)).answered - first.answered;
  const { onCpu, waiting } = elapsedMicroseconds(timesBefore, readThreadTimes(envoy.pid));
  const elapsedMicros = (performance.now() - startedAt) * 1000;
  return { requests, cpuMicrosPerRequest: onCpu / requests, disturbance: waiting / elapsedMicros };
}

export interface Counters {
  readonly open: number;
  readonly answered: number;
  readonly onRoute: number;
  readonly copies: number;
}

async function readCounters(envoy: PinnedEnvoy, { name, expectedRoute }: Variant): Promise<Counters> {
  const names = {
    open: `http.${name}.downstream_cx_active`,
    answered: `http.${name}.downstream_rq_2xx`,
    onRoute: `vhost.${name}.route.${expectedRoute}.upstream_rq_2xx`,
    copies: `cluster.${SHADOW_CLUSTER}.upstream_rq_total`,
  };
  const stats = await envoy.stats(`^(${Object.values(names).map(escapePattern).join('|')})$`);
  const read = (key: keyof typeof names) => stats.get(names[key]) ?? 0;
  return { open: read('open'), answered: read('answered'), onRoute: read('onRoute'), copies: read('copies') };
}

/** @throws Error when answers came from elsewhere than the route that this variant measures, or copies were not sent. */
export function checkRoute(variant: Variant, requests: number, before: Counters, after: Counters): void {
  const onRoute = after.onRoute - before.onRoute;
  const answered = after.answered - before.answered;
  const copies = after.copies - before.copies;
  if (onRoute < requests || onRoute < answered) {
    throw new Error(`${variant.name}: of ${answered} requests only ${onRoute} took the route ${variant.expectedRoute}`);
  }
  if (variant.mirrored && copies < requests)
    throw new Error(`${variant.name}: ${copies} copies of ${requests} requests`);
}

function escapePattern(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
