/** An Envoy as the API lists it. */
export interface EnvoyItem {
  readonly node: string;
  readonly version: string;
  /** ISO 8601 */
  readonly connectedSince: string;
  readonly types: Readonly<Record<string, unknown>>;
  readonly lastRejection?: { readonly message?: string } | string | null;
  /** The newest revision that it has in use. */
  readonly revision?: number | null;
  /** ISO 8601; null: it has all in use. */
  readonly behindSince?: string | null;
  /** Also when it has been taken back since. */
  readonly rejectedRevision?: { readonly revision: number; readonly message: string } | null;
}

export interface RefusedItem {
  readonly node: string;
  readonly from: string;
  readonly reason: string;
  readonly times: number;
}

export function rejectionText({ lastRejection }: EnvoyItem): string {
  if (!lastRejection) return '';
  return typeof lastRejection === 'string' ? lastRejection : (lastRejection.message ?? JSON.stringify(lastRejection));
}
