import type { MirrorItem } from './mirror-item.ts';

/**
 * What Envoy's counters say about the mirrors, as plain data. Counters are since Envoy started; the names are those of
 * docs/filter-statistics.md and Envoy's own route and cluster counters.
 */
export interface MirrorTraffic {
  readonly name: string;
  readonly path: string;
  readonly hosts: readonly string[];
  readonly primary: string;
  readonly shadow: string;
  readonly control: string | undefined;
  readonly paused: boolean;
  /** Segments in order, then the sample. */
  readonly groups: readonly GroupTraffic[];
  readonly receivers: readonly ReceiverTraffic[];
  /** Requests on the mirror's path that were not considered, by cause. */
  readonly skipped: Readonly<Record<string, number>>;
}

export interface GroupTraffic {
  /** Name of the segment; absent for the sample, that is everyone who is in no segment. */
  readonly segment: string | undefined;
  /** As the policy says: `20%`. */
  readonly share: string;
  /** Requests that this group decided on. */
  readonly seen: number;
  /** Those of them that took the mirror route, so that a copy was meant to be sent; undefined: only Envoy's admin knows. */
  readonly copied: number | undefined;
}

export interface ReceiverTraffic {
  readonly service: string;
  readonly role: 'candidate' | 'control';
  /** Copies that Envoy began to send. */
  readonly copies: number;
  /** Answers of 500 and above, connections that failed or were reset, and copies that outlived their time limit. */
  readonly errors: number;
  /** Copies ended at the byte limit. */
  readonly cut: number;
  /** Copies not sent because too many were in flight, or no endpoint was healthy. */
  readonly refused: number;
}

/** RE2 for the admin interface: the counters that `readTraffic` needs and few others. */
export const TRAFFIC_FILTER =
  '^(wasmcustom\\.shadowplane\\.|vhost\\..*\\.route\\..*/.*\\.upstream_rq_total$|cluster\\.[^.]*/(candidate|control)/[^.]*\\.(upstream_rq_(total|5xx|pending_overflow|active_overflow|rx_reset|max_duration_reached)|upstream_cx_none_healthy)$)';

type Counters = ReadonlyMap<string, number>;

export function readTraffic(mirrors: readonly MirrorItem[], counters: Counters): MirrorTraffic[] {
  const routes = sumRoutes(counters);
  return mirrors.map((mirror) => {
    const counted = (name: string) => counters.get(`wasmcustom.shadowplane.${name}`) ?? 0;
    const groups = [
      ...Object.entries(mirror.segments ?? {}).map(([segment, share]) => ({
        segment,
        share,
        seen: counted(`selected.mirror.${mirror.name}.reason.segment.segment.${segment}`),
        copied: routes.get(`${mirror.name}/segment/${segment}`) ?? 0,
      })),
      {
        segment: undefined,
        share: mirror.sample ?? '0%',
        seen: counted(`selected.mirror.${mirror.name}.reason.sample`),
        copied: routes.get(`${mirror.name}/sample`) ?? 0,
      },
    ];
    const receivers = [
      receiver(mirror.name, mirror.shadow, 'candidate', counters),
      ...(mirror.control ? [receiver(mirror.name, mirror.control, 'control', counters)] : []),
    ];
    return {
      name: mirror.name,
      path: mirror.match.path,
      hosts: mirror.host === undefined ? [] : [mirror.host].flat(),
      primary: mirror.primary,
      shadow: mirror.shadow,
      control: mirror.control,
      paused: mirror.paused,
      groups,
      receivers,
      skipped: skippedOf(mirror.name, counters),
    };
  });
}

/** The same route stands in several virtual hosts when mirrors name hosts. */
function sumRoutes(counters: Counters): Map<string, number> {
  const routes = new Map<string, number>();
  for (const [name, value] of counters) {
    const route = /^vhost\.[^.]+\.route\.([^.]+)\.upstream_rq_total$/.exec(name)?.[1];
    if (route) routes.set(route, (routes.get(route) ?? 0) + value);
  }
  return routes;
}

function receiver(mirror: string, service: string, role: ReceiverTraffic['role'], counters: Counters): ReceiverTraffic {
  const upstream = (name: string) => counters.get(`cluster.${mirror}/${role}/${service}.upstream_${name}`) ?? 0;
  const refused = sumOf(['rq_pending_overflow', 'rq_active_overflow', 'cx_none_healthy'].map(upstream));
  return {
    service,
    role,
    copies: upstream('rq_total'),
    errors: errorsOf(upstream('rq_5xx'), refused, upstream('rq_rx_reset')) + upstream('rq_max_duration_reached'),
    cut: counters.get(`wasmcustom.shadowplane.cut.mirror.${mirror}.role.${role}`) ?? 0,
    refused,
  };
}

/**
 * Envoy counts a 503 of its own for each copy that was refused, found no connection or was reset before it was answered.
 * Only a reset after that is none; how many of the resets that are is not told, so the larger count is taken.
 */
export function errorsOf(answers5xx: number, refused: number, resets: number): number {
  return Math.max(answers5xx - refused, resets, 0);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function skippedOf(mirror: string, counters: Counters): Record<string, number> {
  const start = `wasmcustom.shadowplane.skipped.mirror.${mirror}.cause.`;
  const causes = [...counters].filter(([name, value]) => name.startsWith(start) && value > 0);
  return Object.fromEntries(causes.map(([name, value]) => [name.slice(start.length), value]).sort());
}
