import type { ControlPlane } from './control-plane.ts';
import { appliesTo, type TableRow } from './row.ts';
import { cannotRun, runRow } from './run-row.ts';
import { TABLE } from './table.ts';
import { VARIANTS, type Variant } from './variants.ts';

export interface Outcome {
  readonly row: number;
  readonly variant: Variant;
  readonly result: 'pass' | 'fail' | 'not run';
  /** What the control plane did instead, or why it was not asked. */
  readonly why?: string;
}

/** As many cases at a time; each has a node of its own, and waits more than it works. */
const CONCURRENCY = 32;

/**
 * Every row in every variant where it applies.
 *
 * @param wanted which rows; all if not given
 */
export async function runTable(
  plane: ControlPlane,
  wanted: (row: TableRow) => boolean = () => true,
): Promise<Outcome[]> {
  const rows = TABLE.flatMap((row) => ('run' in row && wanted(row) ? [row] : []));
  const cases = rows.flatMap((row) =>
    VARIANTS.filter((variant) => appliesTo(row, variant)).map((variant) => ({ row, variant })),
  );
  const outcomes: Outcome[] = [];
  const work = cases.filter(({ row }) => !row.alone);
  const worker = async () => {
    for (let next = work.shift(); next; next = work.shift())
      outcomes.push(await outcome(next.row, next.variant, plane));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  for (const { row, variant } of cases) if (row.alone) outcomes.push(await outcome(row, variant, plane));
  return outcomes;
}

async function outcome(row: TableRow, variant: Variant, plane: ControlPlane): Promise<Outcome> {
  const reason = cannotRun(row, plane);
  if (reason) return { row: row.row, variant, result: 'not run', why: reason };
  try {
    await runRow(row, variant, plane);
    return { row: row.row, variant, result: 'pass' };
  } catch (error) {
    return { row: row.row, variant, result: 'fail', why: error instanceof Error ? error.message : String(error) };
  }
}
