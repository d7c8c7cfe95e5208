import { type PinnedEnvoy, readThreadTimes, usedMicroseconds } from '../support/index.ts';
import { SHADOW_CLUSTER, type Variant } from './variants.ts';
import { type Load, runLoad } from './wrk.ts';

/** One variant under load once: what Envoy spent on a request. */
export interface Measurement {
  readonly variant: string;
  readonly connections: number;
  readonly round: number;
  readonly requests: number;
  readonly cpuMicrosPerRequest: number;
}

/**
 * Puts load on one variant and reads the CPU time of the whole Envoy process before and after. Fails when requests
 * failed or took another route than the variant is about.
 */
export async function measure(
  envoy: PinnedEnvoy,
  variant: Variant,
  load: Pick<Load, 'core' | 'connections' | 'seconds'>,
): Promise<Pick<Measurement, 'requests' | 'cpuMicrosPerRequest'>> {
  const routed = await readCounters(envoy, variant);
  const before = readThreadTimes(envoy.pid);
  const url = `http://127.0.0.1:${envoy.port(variant.name)}`;
  const requests = await runLoad({ ...load, url, request: variant.request });
  const after = readThreadTimes(envoy.pid);
  checkRoute(variant, requests, routed, await readCounters(envoy, variant));
  return { requests, cpuMicrosPerRequest: usedMicroseconds(before, after) / requests };
}

export interface Counters {
  readonly onRoute: number;
  readonly all: number;
  readonly copies: number;
}

async function readCounters(envoy: PinnedEnvoy, { name, expectedRoute }: Variant): Promise<Counters> {
  const route = `vhost.${name}.route.${expectedRoute}.upstream_rq_2xx`;
  const all = `http.${name}.downstream_rq_2xx`;
  const copies = `cluster.${SHADOW_CLUSTER}.upstream_rq_total`;
  const stats = await envoy.stats(`^(${[route, all, copies].map(escapePattern).join('|')})$`);
  return { onRoute: stats.get(route) ?? 0, all: stats.get(all) ?? 0, copies: stats.get(copies) ?? 0 };
}

/** @throws Error when responses came from elsewhere than the route that this variant measures. */
export function checkRoute(variant: Variant, requests: number, before: Counters, after: Counters): void {
  const onRoute = after.onRoute - before.onRoute;
  const all = after.all - before.all;
  const copies = after.copies - before.copies;
  if (onRoute < requests || onRoute !== all) {
    throw new Error(`${variant.name}: of ${all} requests only ${onRoute} took the route ${variant.expectedRoute}`);
  }
  if (variant.mirrored ? copies < requests : copies > 0) {
    throw new Error(`${variant.name}: ${copies} copies of ${requests} requests were sent`);
  }
}

function escapePattern(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
