/** What the API answers to every change. */
export interface WriteAnswer {
  readonly revision: number;
  /** Only when the request asked to wait. */
  readonly applied?: { readonly acked: number; readonly of: number; readonly tookMs: number };
}

/** `(revision 7, in force at 1 of 1 Envoys after 12 ms)` */
export function appliedText({ revision, applied }: WriteAnswer): string {
  if (!applied) return `(revision ${revision})`;
  const { acked, of, tookMs } = applied;
  if (of === 0) return `(revision ${revision}, no Envoy is connected)`;
  return `(revision ${revision}, in force at ${acked} of ${of} Envoy${of === 1 ? '' : 's'} after ${Math.round(tookMs)} ms)`;
}

export function waitQuery(wait: string | undefined): string {
  return wait === undefined ? '' : `?wait=${encodeURIComponent(wait)}`;
}
