/** The same field in the strata of one endpoint, as the judge takes them together. */
import { type FieldEvidence, type FieldVerdict, judgeOverStrata } from '../judge/index.ts';
import { groupBy } from './group-by.ts';
import type { CellInput, FieldInput } from './inputs.ts';

interface Row {
  readonly cell: CellInput;
  readonly field: FieldInput;
}

/**
 * @param rows of pairs with a control, and all of the mirror.
 * @param cells to which they belong, and those of the same endpoints in which nothing differed.
 * @returns a verdict for each row.
 */
export function judgeRows(rows: readonly Row[], cells: readonly CellInput[]): FieldVerdict[] {
  const endpoints = groupBy(cells, ({ endpoint }) => endpoint);
  const indexed = rows.map((row, index) => ({ ...row, index }));
  const groups = groupBy(indexed, ({ cell, field }) => JSON.stringify([cell.endpoint, field.kind, field.path]));
  const fields = [...groups.values()].map((parts) => {
    const own = endpoints.get(parts[0]!.cell.endpoint)!;
    return {
      parts: parts.map(partOf),
      spanMs: Math.max(...own.map(({ lastAtMs }) => lastAtMs)) - Math.min(...own.map(({ firstAtMs }) => firstAtMs)),
      pairs: own.reduce((total, { pairs }) => total + pairs, 0),
    };
  });
  const judged = judgeOverStrata(fields);
  const verdicts = new Array<FieldVerdict>(rows.length);
  for (const [group, parts] of [...groups.values()].entries()) {
    for (const [part, { index }] of parts.entries()) verdicts[index] = judged[group]![part]!;
  }
  return verdicts;
}

function partOf({ cell: { pairs }, field: { kind, counts, firstAtMs, lastAtMs } }: Row) {
  const evidence = { kind: kind as FieldEvidence['kind'], pairs, tally: counts };
  return { evidence, firstAtMs, lastAtMs };
}
