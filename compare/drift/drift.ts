/**
 * State drift: the candidate fails for want of something that the primary has made or changed since mirroring began, which
 * says how the two stores are kept in step and nothing of the candidate's code.
 *
 * - `gone`: 404 or 410 where the primary succeeded
 * - `conflict`: 409 or 412, for instance because both share a store and the primary was first
 */
export type Drift = 'gone' | 'conflict';

const DRIFTS: ReadonlyMap<number, Drift> = new Map([
  [404, 'gone'],
  [410, 'gone'],
  [409, 'conflict'],
  [412, 'conflict'],
]);

/** What the statuses alone allow for. */
export function possibleDrift(primaryStatus: number, candidateStatus: number): Drift | undefined {
  return primaryStatus >= 200 && primaryStatus < 400 ? DRIFTS.get(candidateStatus) : undefined;
}

const STATUS_PATH = ':status';

/** Where drift is counted, so that it has samples and counts of its own beside the differences of `:status`. */
export function driftPath(drift: Drift): string {
  return `${STATUS_PATH}/${drift}`;
}

/** The drift that a path is about; undefined for all others. */
export function driftAt(path: string): Drift | undefined {
  return path === driftPath('gone') ? 'gone' : path === driftPath('conflict') ? 'conflict' : undefined;
}

/** The path as the diff and rules know it. */
export function withoutDrift(path: string): string {
  return driftAt(path) ? STATUS_PATH : path;
}
