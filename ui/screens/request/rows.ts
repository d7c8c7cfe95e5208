/** What stands beside each other in a view of several answers, line by line. */
export type RowState = 'equal' | 'different' | 'noise' | 'harmless' | 'uncompared';

export interface Cell {
  readonly depth: number;
  /** A key with its quotes. */
  readonly label?: string;
  readonly text: string;
}

export interface Row {
  /** Where this is in the body; empty for text. */
  readonly path: readonly string[];
  /** Primary, candidate, control; undefined: nothing there. */
  readonly cells: ReadonlyArray<Cell | undefined>;
  /**
   * - `different`: what the comparison reports of the candidate
   * - `noise`: the control differs there, too
   * - `harmless`: other text, but the comparison holds it for equal: 1.0 and 1, or a rule says so
   * - `uncompared`: other text, but bodies were not compared at all
   */
  readonly state: RowState;
  /** Kinds of the reported differences that are exactly here. */
  readonly kinds: readonly string[];
  /** Of a row that stands for several, because all answers hold the same there: that text. `openRow` gives its rows. */
  readonly collapsed?: string;
}

export type Line =
  | { readonly type: 'row'; readonly at: number }
  | { readonly type: 'fold'; readonly from: number; readonly to: number };

/** Equal rows that stay visible around the others. */
const CONTEXT_ROWS = 3;
/** Fewer are not worth a fold. */
const LEAST_FOLDED = 3;

/** Rows with runs of equal ones folded, except those that begin with a row in `opened`. */
export function foldRows(rows: readonly Row[], opened: ReadonlySet<Row> | 'all'): Line[] {
  const lines: Line[] = [];
  let at = 0;
  while (at < rows.length) {
    let end = at;
    while (end < rows.length && rows[end]!.state === 'equal') end += 1;
    const from = at === 0 ? 0 : at + CONTEXT_ROWS;
    const to = end === rows.length ? end : end - CONTEXT_ROWS;
    const isFolded = to - from >= LEAST_FOLDED && opened !== 'all' && !opened.has(rows[from]!);
    for (; at < (isFolded ? from : end); at += 1) lines.push({ type: 'row', at });
    if (isFolded) {
      lines.push({ type: 'fold', from, to });
      for (at = to; at < end; at += 1) lines.push({ type: 'row', at });
    }
    if (at < rows.length && at === end) lines.push({ type: 'row', at: at++ });
  }
  return lines;
}

/** The part in which a text differs from another: what both begin and end with is left out. */
export function changedPart(text: string, other: string): readonly [from: number, to: number] {
  let from = 0;
  while (from < text.length && from < other.length && text[from] === other[from]) from += 1;
  let end = 0;
  const shorter = Math.min(text.length, other.length) - from;
  while (end < shorter && text[text.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  return [from, text.length - end];
}
