import type { MirrorItem } from './mirror-item.ts';
import { type MirrorTraffic, readTraffic } from './traffic.ts';

/** Copies that one receiver gets now and would get, a second. */
export interface Forecast {
  readonly mirror: string;
  readonly receiver: string;
  readonly role: 'candidate' | 'control';
  readonly nowPerSecond: number;
  /** Of those groups whose traffic is known. */
  readonly thenPerSecond: number;
  /** Segments of the mirror that Envoy has not counted yet: how many requests are in them is not known. */
  readonly unknown: readonly string[];
}

type Counters = ReadonlyMap<string, number>;

/**
 * What shadows would get from the traffic that Envoy has counted since it started: requests that a group has decided on,
 * times its share. A segment that is moved or new also takes requests from those behind it, which is not foreseen.
 */
export function forecast(mirrors: readonly MirrorItem[], counters: Counters, uptimeSeconds: number): Forecast[] {
  if (uptimeSeconds <= 0) return [];
  return readTraffic(mirrors, counters).flatMap((traffic) => {
    const copies = traffic.paused ? 0 : sumOf(traffic.groups.map(({ seen, share }) => seen * fractionOf(share)));
    const unknown = traffic.groups.flatMap(({ segment, seen }) =>
      segment !== undefined && seen === 0 ? [segment] : [],
    );
    return traffic.receivers.map(({ service, role, copies: sent }) => ({
      mirror: traffic.name,
      receiver: service,
      role,
      nowPerSecond: sent / uptimeSeconds,
      thenPerSecond: copies / uptimeSeconds,
      unknown: isNew(traffic) ? ['everyone'] : unknown,
    }));
  });
}

/** Nobody has been asked about by any group of it. */
function isNew({ groups }: MirrorTraffic): boolean {
  return groups.every(({ seen }) => seen === 0);
}

function fractionOf(share: string): number {
  return Number.parseFloat(share) / 100 || 0;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
