import type { IncomingHttpHeaders } from 'node:http';

/** What a service has received and done since it started; served as JSON under `/debug/seen`. */
export interface Seen {
  /** Requests under `/api/orders`. */
  requests: number;
  /** Those of them that were copies. */
  shadowRequests: number;
  /** Copies by `mirror/reason/segment/role` as their markers say; `-` stands for a missing marker. */
  readonly copies: Record<string, number>;
  readonly effects: {
    /** Orders kept and events produced. */
    persisted: number;
    produced: number;
    /** Orders that were validated and serialised but, for a copy, neither kept nor produced. */
    suppressed: number;
  };
}

export function nothingSeen(): Seen {
  return { requests: 0, shadowRequests: 0, copies: {}, effects: { persisted: 0, produced: 0, suppressed: 0 } };
}

/** The markers are the caller's text, so no more than this many different ones are told apart. */
const MAX_COPY_KINDS = 200;

export function countRequest(seen: Seen, headers: IncomingHttpHeaders, shadow: boolean): void {
  seen.requests++;
  if (!shadow) return;
  seen.shadowRequests++;
  const kind = ['mirror', 'reason', 'segment', 'role'].map((part) => headers[`x-shadow-${part}`] ?? '-').join('/');
  const known = Object.hasOwn(seen.copies, kind);
  const key = known || Object.keys(seen.copies).length < MAX_COPY_KINDS ? kind : 'other';
  seen.copies[key] = (seen.copies[key] ?? 0) + 1;
}
