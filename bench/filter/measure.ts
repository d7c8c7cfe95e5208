import {
  checkAnswered,
  escapePattern,
  type LaneCounters,
  type PinnedEnvoy,
  readLaneCounters,
  type Slice,
} from '../support/index.ts';
import { SHADOW_CLUSTER, type Variant } from './variants.ts';

/** One variant under load for one slice of time: what Envoy spent on a request. */
export interface Measurement extends Slice {
  readonly variant: string;
  readonly connections: number;
  readonly round: number;
}

export interface Counters extends LaneCounters {
  readonly onRoute: number;
  readonly copies: number;
}

export async function readCounters(envoy: PinnedEnvoy, { name, expectedRoute }: Variant): Promise<Counters> {
  const onRoute = `vhost.${name}.route.${expectedRoute}.upstream_rq_2xx`;
  const copies = `cluster.${SHADOW_CLUSTER}.upstream_rq_total`;
  const stats = await envoy.stats(`^(${[onRoute, copies].map(escapePattern).join('|')})$`);
  const counters = await readLaneCounters(envoy, name);
  return { ...counters, onRoute: stats.get(onRoute) ?? 0, copies: stats.get(copies) ?? 0 };
}

/**
 * To be asked when an Envoy has served its last, with all that it has counted.
 *
 * @throws Error when requests failed, came from elsewhere than the route that this variant measures, or were not copied.
 */
export function checkRoute({ name, expectedRoute, mirrored }: Variant, counters: Counters): void {
  const { answered, onRoute, copies } = counters;
  checkAnswered(name, counters);
  if (onRoute < answered) {
    throw new Error(`${name}: of ${answered} requests only ${onRoute} took the route ${expectedRoute}`);
  }
  if (mirrored && copies < answered) throw new Error(`${name}: ${copies} copies of ${answered} requests`);
}
