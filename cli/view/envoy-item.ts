/** An Envoy as the API lists it. */
export interface EnvoyItem {
  readonly node: string;
  readonly version: string;
  /** ISO 8601 */
  readonly connectedSince: string;
  readonly types: Readonly<Record<string, unknown>>;
  readonly lastRejection?: { readonly message?: string } | string | null;
}

export function rejectionText({ lastRejection }: EnvoyItem): string {
  if (!lastRejection) return '';
  return typeof lastRejection === 'string' ? lastRejection : (lastRejection.message ?? JSON.stringify(lastRejection));
}
