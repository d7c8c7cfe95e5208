import type { Row, RowElsewhere } from './row.ts';
import type { Outcome } from './run-table.ts';
import { TABLE } from './table.ts';
import { VARIANTS, variantName } from './variants.ts';

export interface Run {
  readonly name: string;
  readonly outcomes: readonly Outcome[];
}

const CELL = { pass: 'yes', fail: '**no**', 'not run': 'not run' } as const;

/** `1 to 3 of 40 rows pass everywhere` for people who read one line. */
export function summary({ name, outcomes }: Run): string {
  const rows = [...new Set(outcomes.map(({ row }) => row))];
  const whole = rows.filter((row) => outcomes.every((each) => each.row !== row || each.result === 'pass'));
  const passed = outcomes.filter(({ result }) => result === 'pass').length;
  return `${name}: ${whole.length} of ${rows.length} rows in every variant, ${passed} of ${outcomes.length} cases`;
}

/** One line of the report's table: what each run said of the row in each variant. */
function reportLine(row: Row, runs: readonly Run[]): string {
  return `| ${row.row} | ${row.text} | ${runs.map((run) => ('file' in row ? linked(row, run) : cells(row, run))).join(' | ')} |`;
}

/** The test elsewhere runs in every variant, with Shadowplane only. */
function linked({ file }: RowElsewhere, { name }: Run): string {
  return VARIANTS.map(() => (name === 'shadowplane' ? `[test](../../${file})` : CELL['not run'])).join(' | ');
}

export function cells({ row }: { readonly row: number }, { outcomes }: Run): string {
  return VARIANTS.map((variant) => {
    const found = outcomes.find((each) => each.row === row && each.variant === variant);
    return found ? CELL[found.result] : '';
  }).join(' | ');
}

export function failures({ outcomes }: Run): string[] {
  const inOrder = ({ row, variant }: Outcome) => row * VARIANTS.length + VARIANTS.indexOf(variant);
  const sorted = [...outcomes].sort((a, b) => inOrder(a) - inOrder(b));
  const lines = new Map<string, string[]>();
  for (const { row, variant, result, why } of sorted) {
    if (result === 'pass') continue;
    const line = `${row}: ${why}`;
    lines.set(line, [...(lines.get(line) ?? []), variantName(variant)]);
  }
  return [...lines].map(([line, variants]) => `- ${line} (${variants.join(', ')})`);
}

export function markdown(runs: readonly Run[], { command, versions }: { command: string; versions: string }): string {
  const columns = runs.flatMap(({ name }) => VARIANTS.map((variant) => `${name} ${variantName(variant)}`));
  const notes = TABLE.flatMap(({ row, note }) => (note ? [`- ${row}: ${note}`] : []));
  return [
    '# Conformance of xDS control planes',
    '',
    `Written by \`${command}\`. ${versions}`,
    'An empty cell: the row does not apply to the variant. What is asserted, exactly, is in [rows](rows).',
    '',
    ...runs.map((run) => `- ${summary(run)}`),
    '',
    `| row | behaviour | ${columns.join(' | ')} |`,
    `| --- | --- | ${columns.map(() => '---').join(' | ')} |`,
    ...TABLE.map((row) => reportLine(row, runs)),
    '',
    '## What came instead',
    '',
    ...runs.flatMap((run) => {
      const lines = failures(run);
      return lines.length > 0 ? [`### ${run.name}`, '', ...lines, ''] : [];
    }),
    '## Where the protocol text says something else, or nothing',
    '',
    ...notes,
    '',
  ].join('\n');
}
