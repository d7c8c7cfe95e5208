/**
 * What of each cell counts as mismatched, and what single fields say of it: the pairs alone would let noise of one field
 * cancel the defects of another.
 */
import { driftAt } from '../drift/index.ts';
import type { Discordant, StratumEvidence } from '../judge/index.ts';
import { BEYOND, differenceKey } from '../tally/index.ts';
import type { FieldInput } from './inputs.ts';
import type { JudgedCell, JudgedField } from './judged.ts';

/**
 * What the judge asks of several cells of one stratum together. Pairs are counted as mismatched when they were compared;
 * what has turned out not to count since (ignored by a later rule, noise where there is no control) is left out by counting
 * the remaining fields instead, at most one difference of each: never too few pairs, sometimes too many.
 */
export function evidenceOf(cells: readonly JudgedCell[]): StratumEvidence {
  const parts = cells.map(mismatchedIn);
  const sum = (pick: (part: Mismatched) => number) => parts.reduce((total, part) => total + pick(part), 0);
  return {
    pairs: cells.reduce((total, { cell }) => total + cell.pairs, 0),
    candidateMismatched: sum(({ candidate }) => candidate),
    controlMismatched: sum(({ control }) => control),
    bothMismatched: sum(({ both }) => both),
    ...fieldsEvidence(cells),
    fields: cells.flatMap(({ fields }) =>
      fields.filter(({ ignoredBy }) => !ignoredBy).map(({ verdict }) => verdict.level),
    ),
  };
}

interface Mismatched {
  readonly candidate: number;
  readonly control: number;
  readonly both: number;
}

export function mismatchedIn({ cell, fields }: JudgedCell): Mismatched {
  const counts = ({ ignoredBy, verdict }: JudgedField) => !ignoredBy && (cell.controlled || verdict.level !== 'noise');
  const left = fields.filter(counts);
  if (left.length === fields.length) {
    const { candidateMismatched: candidate, controlMismatched: control, bothMismatched: both } = cell;
    return cell.controlled ? { candidate, control, both } : { candidate, control: 0, both: 0 };
  }
  const sum = (pick: (field: FieldInput) => number) => left.reduce((total, { field }) => total + pick(field), 0);
  const candidate = Math.min(
    cell.candidateMismatched,
    sum(({ counts: { candidateOnly } }) => candidateOnly) + cell.beyondFields,
  );
  const control = cell.controlled
    ? Math.min(
        cell.controlMismatched,
        sum(({ counts: { controlOnly } }) => controlOnly),
      )
    : 0;
  return { candidate, control, both: Math.min(cell.bothMismatched, candidate, control) };
}

/**
 * Pairs of two endpoints are never the same, so the strongest field of each adds up. Without a control nothing is cancelled,
 * and pairs say all.
 */
function fieldsEvidence(
  cells: readonly JudgedCell[],
): Pick<StratumEvidence, 'strongest' | 'noisy' | 'quiet' | 'quietBesideNoise'> {
  const strongest = cells.map(strongestIn).filter((part) => part !== undefined);
  const controlled = cells.filter(({ cell }) => cell.controlled);
  const noisy = controlled.flatMap(({ fields }) => fields.filter((field) => !field.ignoredBy && isNoisy(field)));
  const quiet = controlled.map(quietIn);
  return {
    ...(strongest.length > 0 && { strongest: addUp(strongest) }),
    noisy: noisy.map(({ field }) => field.counts),
    quiet: sumOf(quiet, ({ atMost }) => atMost),
    quietBesideNoise: sumOf(quiet, ({ besideNoise }) => besideNoise),
  };
}

function isNoisy({ field: { counts } }: JudgedField): boolean {
  return counts.controlOnly + counts.both > 0;
}

function addUp(parts: readonly Discordant[]): Discordant {
  return {
    candidateOnly: parts.reduce((total, part) => total + part.candidateOnly, 0),
    controlOnly: parts.reduce((total, part) => total + part.controlOnly, 0),
  };
}

/**
 * A cell in which the control never differs has the exact count of pairs. Else all quiet fields that are `different` have, by
 * their sets; of noisy fields only one is certain.
 */
function strongestIn(judged: JudgedCell): Discordant | undefined {
  const different = judged.fields.filter(({ ignoredBy, verdict }) => !ignoredBy && verdict.level === 'different');
  if (different.length === 0) return undefined;
  const { candidate, control } = mismatchedIn(judged);
  if (control === 0) return { candidateOnly: candidate, controlOnly: 0 };
  const excess = ({ candidateOnly, controlOnly }: Discordant) => candidateOnly - controlOnly;
  const quiet = different.filter((field) => !isNoisy(field)).map(({ field }) => field);
  const ofSets = { candidateOnly: sumOf(setsWith(quiet, judged), ({ pairs }) => pairs), controlOnly: 0 };
  return different
    .map(({ field }): Discordant => field.counts)
    .reduce((best, counts) => (excess(counts) > excess(best) ? counts : best), ofSets);
}

/** Pairs that differ at one of these fields at least. */
function setsWith(fields: readonly FieldInput[], { cell: { quiet = [] } }: JudgedCell) {
  const keys = new Set(fields.map(({ kind, path }) => differenceKey(kind, path)));
  return quiet.filter((set) => set.fields.some((key) => keys.has(key)));
}

interface Quiet {
  /** Pairs that differ at a quiet field: no fewer than so many. */
  readonly atMost: number;
  /** Of those that do so for certain, the ones in which the control differs by itself. */
  readonly besideNoise: number;
}

/** Sets of fields are counted pair by pair, so which of them are quiet may be asked now. */
function quietIn(judged: JudgedCell): Quiet {
  const { cell, fields } = judged;
  const { candidate, control } = mismatchedIn(judged);
  if (control === 0) return { atMost: 0, besideNoise: 0 };
  const quiet = fields.filter((field) => !field.ignoredBy && !isNoisy(field)).map(({ field }) => field);
  if (!cell.quiet) return { atMost: Math.min(candidate, quietByFields(quiet)), besideNoise: 0 };
  const sets = setsWith(quiet, judged);
  const unknown = cell.quiet.filter((set) => set.fields.includes(BEYOND));
  // What drifts and has turned out to be a defect differs in nothing else.
  const drifted = quiet.filter(({ path }) => driftAt(path) !== undefined);
  return {
    atMost: sumOf([...sets, ...unknown], ({ pairs }) => pairs) + sumOf(drifted, ({ counts }) => counts.candidateOnly),
    // Whether a rule hides the control's difference, these counts do not tell.
    besideNoise: fields.some(({ ignoredBy }) => ignoredBy) ? 0 : sumOf(sets, ({ controlDiffers }) => controlDiffers),
  };
}

/**
 * Of pairs that an earlier version has counted: never too few, sometimes too many. Fields that came and went at the same
 * times and as often did so in the same pairs: one failed answer differs at all of its fields.
 */
function quietByFields(quiet: readonly FieldInput[]): number {
  const alike = new Map<string, number>();
  for (const { counts, firstAtMs, lastAtMs } of quiet) {
    const { candidateOnly, candidateSpells } = counts;
    alike.set(`${candidateOnly} ${candidateSpells} ${firstAtMs} ${lastAtMs}`, candidateOnly);
  }
  return sumOf([...alike.values()], (count) => count);
}

function sumOf<T>(items: readonly T[], pick: (item: T) => number): number {
  return items.reduce((total, item) => total + pick(item), 0);
}
