/** The fields of one epoch with their verdicts. */
import type { Rule } from '../diff/index.ts';
import { type FieldEvidence, type FieldVerdict, judgeFields } from '../judge/index.ts';
import { type SettledCell, settleDrift } from './drift-in.ts';
import type { IgnoredFields } from './ignored.ts';
import type { CellInput, EpochInput, FieldInput } from './inputs.ts';
import { judgeRows } from './over-strata.ts';

export interface JudgedField {
  readonly field: FieldInput;
  readonly verdict: FieldVerdict;
  /** The rule by which nothing here counts. */
  readonly ignoredBy?: string;
}

export interface JudgedCell {
  readonly cell: SettledCell;
  readonly fields: readonly JudgedField[];
}

/**
 * Judges all fields of an epoch together, those with a control and those without in turn. Where an endpoint and stratum
 * has pairs of both sorts (a control that sometimes does not answer), the sort with more pairs is judged: few pairs without
 * a control know less of noise than many with one.
 */
export function judgeEpoch({ cells }: EpochInput, ignored: IgnoredFields): JudgedCell[] {
  const judged = decisive(cells.map(settleDrift));
  return [true, false].flatMap((controlled) => judgeAlike(judged, controlled, ignored));
}

function decisive(cells: readonly SettledCell[]): SettledCell[] {
  const best = new Map<string, SettledCell>();
  for (const cell of cells) {
    const key = JSON.stringify([cell.endpoint, cell.stratum]);
    const other = best.get(key);
    if (!other || cell.pairs > other.pairs || (cell.pairs === other.pairs && cell.controlled)) best.set(key, cell);
  }
  return [...best.values()];
}

function judgeAlike(cells: readonly SettledCell[], controlled: boolean, ignored: IgnoredFields): JudgedCell[] {
  const alike = cells.filter((cell) => cell.controlled === controlled);
  const rows = alike.map((cell) =>
    cell.fields.map((field) => ({ cell, field, rule: ignored.ruleFor(cell.endpoint, field.path) })),
  );
  // What a rule hides is no finding, so it must not make others look less certain either.
  const counted = rows.flat().filter(({ rule }) => !rule);
  const hidden = rows.flat().filter(({ rule }) => rule);
  const verdictOf = new Map<Row, FieldVerdict>();
  for (const some of [counted, hidden]) {
    const verdicts = controlled ? judgeRows(some, alike) : judgeByLooks(some);
    some.forEach((row, index) => void verdictOf.set(row, verdicts[index]!));
  }
  return alike.map((cell, index) => ({
    cell,
    fields: rows[index]!.map((row) => ({
      field: row.field,
      verdict: verdictOf.get(row)!,
      ...(row.rule && { ignoredBy: row.rule.id }),
    })),
  }));
}

interface Row {
  readonly cell: SettledCell;
  readonly field: FieldInput;
  readonly rule: Rule | undefined;
}

function judgeByLooks(rows: readonly Row[]): FieldVerdict[] {
  const opposites = new Map<CellInput, ReturnType<typeof oppositesIn>>();
  const evidence = rows.map(({ cell, field }) => {
    const { kind, counts, looks } = field;
    const oppositeOf = opposites.get(cell) ?? oppositesIn(cell);
    opposites.set(cell, oppositeOf);
    const opposite = oppositeOf(field);
    return {
      kind: kind as FieldEvidence['kind'],
      pairs: cell.pairs,
      tally: counts,
      ...(looks && { looks }),
      ...(opposite && { opposite }),
    };
  });
  return judgeFields(evidence, false);
}

/** Finds what a field shows the other way round: `extra` for `missing`, `missing` for `extra`. */
function oppositesIn({ fields }: CellInput): (field: FieldInput) => FieldInput['counts'] | undefined {
  const missing = new Map<string, FieldInput['counts']>();
  const extra = new Map<string, FieldInput['counts']>();
  for (const { kind, path, counts } of fields) {
    // Elements of an array can be missing and extra in one answer: there, both say nothing of coming and going.
    if (path.endsWith('/*')) continue;
    if (kind === 'missing') missing.set(path, counts);
    if (kind === 'extra') extra.set(path, counts);
  }
  return ({ kind, path }) => (kind === 'missing' ? extra : kind === 'extra' ? missing : undefined)?.get(path);
}
