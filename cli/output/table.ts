import { type Style, visibleWidth } from './style.ts';

export interface Column {
  readonly title: string;
  /** Numbers stand right, names left. Default: left. */
  readonly align?: 'left' | 'right';
}

const GAP = '  ';

/**
 * Lines of a table with aligned columns and a dim heading. No line is wider than `width`: the widest left-aligned column
 * gives way and its texts end in an ellipsis.
 */
export function renderTable(
  columns: readonly Column[],
  rows: ReadonlyArray<readonly string[]>,
  { style, width, indent = '' }: { readonly style: Style; readonly width: number; readonly indent?: string },
): string[] {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => visibleWidth(row[i] ?? ''))),
  );
  shrink(columns, widths, width - indent.length - GAP.length * (columns.length - 1));
  const line = (cells: readonly string[]) =>
    indent +
    columns
      .map(({ align }, i) => pad(fit(cells[i] ?? '', widths[i]!), widths[i]!, align))
      .join(GAP)
      .trimEnd();
  return [style.dim(line(columns.map(({ title }) => title))), ...rows.map(line)];
}

const NARROWEST = 6;

function shrink(columns: readonly Column[], widths: number[], available: number): void {
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  while (excess > 0) {
    let widest = -1;
    for (const [i, { align }] of columns.entries()) {
      if (align !== 'right' && widths[i]! > NARROWEST && (widest < 0 || widths[i]! > widths[widest]!)) widest = i;
    }
    if (widest < 0) return;
    widths[widest]!--;
    excess--;
  }
}

/** Cuts a text to a number of columns. A text with colours is only cut where it is too wide, and loses them then. */
export function fit(text: string, width: number): string {
  if (visibleWidth(text) <= width) return text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  return `${text.replace(/\u001b\[[0-9;]*m/g, '').slice(0, Math.max(0, width - 1))}\u2026`;
}

function pad(text: string, width: number, align: Column['align'] = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - visibleWidth(text)));
  return align === 'right' ? space + text : text + space;
}
