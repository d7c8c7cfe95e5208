/** Reads what Envoy calls its counters of copies; the names are made in xds-server/resources/names.ts and by the filter. */
/** `primary`: copies of what the candidate answered, back to the service that it replaces. */
export type CopyRole = 'candidate' | 'control' | 'primary';

export type CounterName =
  | { readonly of: 'copies'; readonly mirror: string; readonly role: CopyRole; readonly stat: string }
  | { readonly of: 'filter'; readonly mirror: string; readonly name: string }
  | { readonly of: 'envoy'; readonly stat: 'uptime' };

/** A request that Envoy wants to send to a copy's cluster ends in exactly one of these, whatever the answer. */
export const SENT = 'upstream_rq_total';
export const UNSENT = [
  'upstream_rq_pending_overflow',
  'upstream_rq_active_overflow',
  'upstream_rq_pending_failure_eject',
  'upstream_rq_cancelled',
  'upstream_cx_none_healthy',
] as const;
/** What becomes of it when the breaker is open, or there is nobody to send it to. */
export const REFUSED = [
  'upstream_rq_pending_overflow',
  'upstream_rq_active_overflow',
  'upstream_cx_none_healthy',
] as const;
export const TIMEOUTS = [
  'upstream_rq_timeout',
  'upstream_rq_per_try_timeout',
  'upstream_rq_max_duration_reached',
] as const;
export const RESETS = ['upstream_rq_rx_reset', 'upstream_cx_destroy_remote_with_active_rq'] as const;
export const CONNECT_FAILURES = 'upstream_cx_connect_fail';
export const RESPONSES = /^upstream_rq_([1-5]xx)$/;

/** Of now, not of ever. */
export const ACTIVE = ['upstream_rq_active', 'upstream_rq_pending_active'] as const;
export const BREAKER_OPEN = ['circuit_breakers.default.rq_open', 'circuit_breakers.default.rq_pending_open'] as const;

const GAUGES: ReadonlySet<string> = new Set<string>([...ACTIVE, ...BREAKER_OPEN]);
const COUNTERS: ReadonlySet<string> = new Set<string>([SENT, ...UNSENT, ...TIMEOUTS, ...RESETS, CONNECT_FAILURES]);

export function isGauge(stat: string): boolean {
  return GAUGES.has(stat);
}

/** Undefined for whatever is of no use here. */
export function readName(name: string): CounterName | undefined {
  if (name === 'server.uptime') return { of: 'envoy', stat: 'uptime' };
  const cluster = CLUSTER.exec(name)?.groups;
  if (cluster) {
    const { mirror, part, stat } = cluster as { mirror: string; part: string; stat: string };
    const role = part === 'back' ? 'primary' : (part as CopyRole);
    const isKnown = COUNTERS.has(stat) || GAUGES.has(stat) || RESPONSES.test(stat);
    return isKnown ? { of: 'copies', mirror, role, stat } : undefined;
  }
  const filter = FILTER.exec(name)?.groups;
  if (!filter) return undefined;
  const { kind, mirror, rest } = filter as { kind: string; mirror: string; rest: string };
  return { of: 'filter', mirror, name: `${kind}${rest}` };
}

const CLUSTER = /^cluster\.(?<mirror>[^./]+)\/(?<part>candidate|control|back)\/[^./]+\.(?<stat>.+)$/;
const FILTER = /^wasmcustom\.shadowplane\.(?<kind>[a-z_]+)\.mirror\.(?<mirror>[^.]+)(?<rest>\..+)$/;

/** Copies that the filter of the shadow's cluster has seen, whatever became of them. */
export function seenByFilter(role: CopyRole): string {
  return `copies.role.${role}`;
}
