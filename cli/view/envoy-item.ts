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
  readonly setup?: { readonly listener: 'ours' | 'own'; readonly streams: 'ads' | 'delta' | 'sotw' };
  /** What it lacks for the policy to hold there. */
  readonly problems?: ReadonlyArray<{ readonly code: string; readonly message: string; readonly remedy: string }>;
  readonly unseen?: readonly string[];
  /** By its own statistics; null: it sends none. */
  readonly copies?: { readonly sent: number; readonly active: number; readonly at: string } | null;
}

/** One that was here and is not any more. */
export interface GoneItem {
  readonly node: string;
  /** ISO 8601 */
  readonly since: string;
}

/** What `GET /envoys` answers. */
export interface EnvoyList {
  readonly items: readonly EnvoyItem[];
  readonly gone?: readonly GoneItem[];
  readonly refused?: readonly RefusedItem[];
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
