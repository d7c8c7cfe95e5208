/** A change as the API lists it. */
export interface RevisionItem {
  readonly revision: number;
  readonly actor: string;
  /** ISO 8601 */
  readonly at: string;
  readonly note: string | null;
  readonly changed: readonly string[];
  readonly differences: readonly DifferenceItem[];
  readonly acknowledgedAt: string | null;
}

export interface DifferenceItem {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}
