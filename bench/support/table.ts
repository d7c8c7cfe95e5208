/** Tables that read well in a terminal and are Markdown at the same time. */

export interface Column {
  readonly title: string;
  /** Default: left. Figures belong on the right. */
  readonly align?: 'left' | 'right';
}

/** Markdown table with padded cells, one line a row, no newline at the end. */
export function table(columns: readonly Column[], rows: ReadonlyArray<readonly string[]>): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = columns.map(({ title }, at) => Math.max(3, title.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${columns
      .map(({ align }, at) => {
        const cell = row[at] ?? '';
        return align === 'right' ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!);
      })
      .join(' | ')} |`;
  const rule = columns.map(({ align }, at) => {
    const dashes = '-'.repeat(widths[at]!);
    return align === 'right' ? `${dashes.slice(1)}:` : dashes;
  });
  return [line(columns.map(({ title }) => title)), line(rule), ...cells.map(line)].join('\n');
}
