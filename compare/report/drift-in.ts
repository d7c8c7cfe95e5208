/** State drift taken out of what is judged: it says how two stores are kept in step, not how the candidate behaves. */
import { driftAt } from '../drift/index.ts';
import type { CellInput, FieldInput } from './inputs.ts';

/** A cell as it is judged; pairs that drifted have compared nothing, so they are no evidence of sameness either. */
export interface SettledCell extends CellInput {
  /** What is set apart, with its counts. */
  readonly drift: readonly FieldInput[];
}

/**
 * Where the candidate has not once succeeded, a 404 may as well be a route that is missing, and stays a defect. A conflict
 * is none: a route that answers 409 is there.
 */
export function settleDrift(cell: CellInput): SettledCell {
  const drifted = cell.fields.filter(({ path }) => driftAt(path) !== undefined);
  if (drifted.length === 0) return { ...cell, drift: drifted };
  const failed = cell.fields.filter(({ kind, path }) => kind === 'status' && driftAt(path) !== 'ahead');
  const hasSucceeded = pairsOf(failed) < cell.pairs;
  const drift = drifted.filter(({ path }) => hasSucceeded || driftAt(path) !== 'gone');
  const defects = drifted.filter((field) => !drift.includes(field));
  return {
    ...cell,
    pairs: cell.pairs - pairsOf(drift),
    candidateMismatched: cell.candidateMismatched + pairsOf(defects),
    fields: cell.fields.filter((field) => !drift.includes(field)),
    drift,
  };
}

export function pairsOf(fields: readonly FieldInput[]): number {
  return fields.reduce((total, { counts: { candidateOnly, both } }) => total + candidateOnly + both, 0);
}
