import type { MirrorItem } from './mirror-item.ts';
import { type MirrorTraffic, readTraffic, TRAFFIC_FILTER } from './traffic.ts';

/** Copies that one receiver gets now and would get, a second. */
export interface Forecast {
  readonly mirror: string;
  readonly receiver: string;
  readonly role: 'candidate' | 'control';
  readonly nowPerSecond: number;
  /** Of those groups whose traffic is known. */
  readonly thenPerSecond: number;
  /** What the primary is sent a request, headers and body, on average; null: it has been sent none. */
  readonly bytesPerRequest: number | null;
  /** If copies are as large as those are. */
  readonly thenBytesPerSecond: number | null;
  /** Segments of the mirror that Envoy has not counted yet: how many requests are in them is not known. */
  readonly unknown: readonly string[];
}

/** RE2 for the admin interface: the counters that `forecast` needs. Primaries may be clusters of any name. */
export const FORECAST_FILTER = `${TRAFFIC_FILTER}|^cluster\\..*\\.upstream_(rq_total|cx_tx_bytes_total)$`;

type Counters = ReadonlyMap<string, number>;

/**
 * What shadows would get from the traffic that Envoy has counted since it started: requests that a group has decided on,
 * times its share, each as large as the primary's are. A segment that is moved or new also takes requests from those
 * behind it, which is not foreseen.
 *
 * @param ownClusters by service, clusters of Envoy's own that are its primary
 */
export function forecast(
  mirrors: readonly MirrorItem[],
  counters: Counters,
  uptimeSeconds: number,
  ownClusters: ReadonlyMap<string, string> = new Map(),
): Forecast[] {
  if (uptimeSeconds <= 0) return [];
  return readTraffic(mirrors, counters).flatMap((traffic) => {
    const copies = traffic.paused ? 0 : sumOf(traffic.groups.map(({ seen, share }) => seen * fractionOf(share)));
    const unknown = traffic.groups.flatMap(({ segment, seen }) =>
      segment !== undefined && seen === 0 ? [segment] : [],
    );
    const cluster = ownClusters.get(traffic.primary) ?? `${traffic.name}/primary/${traffic.primary}`;
    const bytesPerRequest = bytesPerRequestOf(cluster, counters);
    return traffic.receivers.map(({ service, role, copies: sent }) => ({
      mirror: traffic.name,
      receiver: service,
      role,
      nowPerSecond: sent / uptimeSeconds,
      thenPerSecond: copies / uptimeSeconds,
      bytesPerRequest,
      thenBytesPerSecond: bytesPerRequest === null ? null : (copies / uptimeSeconds) * bytesPerRequest,
      unknown: isNew(traffic) ? ['everyone'] : unknown,
    }));
  });
}

/** Nobody has been asked about by any group of it. */
function isNew({ groups }: MirrorTraffic): boolean {
  return groups.every(({ seen }) => seen === 0);
}

function bytesPerRequestOf(cluster: string, counters: Counters): number | null {
  const counted = (name: string) => counters.get(`cluster.${cluster.replaceAll(':', '_')}.upstream_${name}`) ?? 0;
  const requests = counted('rq_total');
  return requests > 0 ? counted('cx_tx_bytes_total') / requests : null;
}

function fractionOf(share: string): number {
  return Number.parseFloat(share) / 100 || 0;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
