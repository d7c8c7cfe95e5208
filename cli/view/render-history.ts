import { printable, type Style } from '../output/style.ts';
import { renderTable } from '../output/table.ts';
import type { DifferenceItem, RevisionItem } from './revision-item.ts';

interface HistoryView {
  readonly style: Style;
  readonly width: number;
  /** Whose history it is: paths are told from there on. */
  readonly mirror?: string | undefined;
}

/** More is in the JSON; a page is to be read. */
const MOST_DIFFERENCES = 4;
const MOST_CHARACTERS = 60;

/** A line a difference, who and when beside the first of each revision. */
export function renderHistory(items: readonly RevisionItem[], { style, width, mirror }: HistoryView): string[] {
  if (items.length === 0) return ['Nothing has been changed yet.'];
  const columns = [
    { title: 'revision', align: 'right' as const },
    { title: 'when', align: 'right' as const },
    { title: 'who' },
    { title: 'what' },
  ];
  const rows = items.flatMap(({ revision, at, actor, note, differences }) => {
    const lines = differences.slice(0, MOST_DIFFERENCES).map((difference) => differenceText(difference, mirror));
    const left = differences.length - lines.length;
    const what = [...(note === null ? [] : [printable(note)]), ...lines, ...(left > 0 ? [`and ${left} more`] : [])];
    const [first = '', ...rest] = what;
    return [[String(revision), when(at), printable(actor), first], ...rest.map((line) => ['', '', '', line])];
  });
  return renderTable(columns, rows, { style, width });
}

/** A line each, as `undo` and `plan` show them. */
export function renderDifferences(differences: readonly DifferenceItem[], mirror?: string): string[] {
  return differences.map((difference) => `  ${differenceText(difference, mirror)}`);
}

/** `sample: 5% -> 20%`, `segments.eu: added 1%`, `control: removed order-v1-twin` */
function differenceText(difference: DifferenceItem, mirror: string | undefined): string {
  const own = mirror === undefined ? '' : `mirrors.${mirror}.`;
  const path = difference.path.startsWith(own) ? difference.path.slice(own.length) : difference.path;
  const before = valueText(difference.before);
  const after = valueText(difference.after);
  if (!('before' in difference)) return `${printable(path)}: added ${after}`;
  if (!('after' in difference)) return `${printable(path)}: removed ${before}`;
  return `${printable(path)}: ${before} -> ${after}`;
}

function valueText(value: unknown): string {
  const text = printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}\u2026` : text;
}

/** `2026-11-21 12:00:05Z`: histories are read together with logs. */
function when(at: string): string {
  return at.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}
