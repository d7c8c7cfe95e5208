/**
 * State drift: a version fails for want of something that users of the other have made or changed since mirroring began, which
 * says how the two stores are kept in step and nothing of the candidate's code.
 *
 * - `gone`: the candidate answers 404 or 410 where the primary succeeded
 * - `conflict`: 409 or 412, for instance because both share a store and the primary was first
 * - `ahead`: the primary answers one of these, because users are on the candidate during a rollout
 */
export type Drift = 'gone' | 'conflict' | 'ahead';

/** Who fails, and how. */
export interface Lack {
  readonly of: 'primary' | 'candidate';
  readonly how: 'gone' | 'conflict';
}

const LACKS: ReadonlyMap<number, Lack['how']> = new Map([
  [404, 'gone'],
  [410, 'gone'],
  [409, 'conflict'],
  [412, 'conflict'],
]);

/** What the statuses alone allow for. */
export function possibleLack(primaryStatus: number, candidateStatus: number): Lack | undefined {
  const hasSucceeded = (status: number) => status >= 200 && status < 400;
  const ofCandidate = hasSucceeded(primaryStatus) ? LACKS.get(candidateStatus) : undefined;
  if (ofCandidate) return { of: 'candidate', how: ofCandidate };
  const ofPrimary = hasSucceeded(candidateStatus) ? LACKS.get(primaryStatus) : undefined;
  return ofPrimary && { of: 'primary', how: ofPrimary };
}

const STATUS_PATH = ':status';
const ALL: readonly Drift[] = ['gone', 'conflict', 'ahead'];

/** Where drift is counted, so that it has samples and counts of its own beside the differences of `:status`. */
export function driftPath(drift: Drift): string {
  return `${STATUS_PATH}/${drift}`;
}

/** The drift that a path is about; undefined for all others. */
export function driftAt(path: string): Drift | undefined {
  return ALL.find((drift) => path === driftPath(drift));
}

/** The path as the diff and rules know it. */
export function withoutDrift(path: string): string {
  return driftAt(path) ? STATUS_PATH : path;
}
