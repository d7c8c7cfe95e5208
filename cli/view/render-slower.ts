import type { LatencyItem } from '../../compare/report/index.ts';
import { count } from '../output/numbers.ts';
import { printable, type Style } from '../output/style.ts';
import { renderTable } from '../output/table.ts';

/** Smaller shifts are there on any two machines, and certain as soon as there are enough pairs. */
const LEAST_SHIFT_MS = 1;
const LEAST_SHIFT_OF_MEDIAN = 0.1;
const MAX_LINES = 5;

/** Endpoints at which the candidate is surely slower, the slowest first; how slow it may be is for the gates of a rollout to say. */
export function renderSlower(
  items: readonly LatencyItem[],
  { style, width }: { readonly style: Style; readonly width: number },
): string[] {
  const slower = items.filter(isSlower).sort((one, other) => other.shift!.ms - one.shift!.ms);
  if (slower.length === 0) return [];
  const rows = slower.slice(0, MAX_LINES).map(({ endpoint, arms, shift }) => {
    const base = arms[shift!.against] ?? arms.primary;
    return [
      printable(endpoint),
      `${milliseconds(base.p50Ms)} -> ${milliseconds(arms.candidate.p50Ms)}`,
      `${milliseconds(base.p99Ms)} -> ${milliseconds(arms.candidate.p99Ms)}`,
      `+${milliseconds(shift!.ms)}`,
      `${milliseconds(shift!.lowMs)} to ${milliseconds(shift!.highMs)}`,
    ];
  });
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [{ title: 'endpoint' }, right('p50'), right('p99'), right('shift'), right('between')];
  const more = slower.length > MAX_LINES ? [`  and ${count(slower.length - MAX_LINES)} more`] : [];
  return [
    '',
    style.bold('Slower, which is no part of the verdict'),
    ...renderTable(columns, rows, { style, width, indent: '  ' }),
    ...more,
  ];
}

function isSlower({ endpoint, arms, shift }: LatencyItem): boolean {
  if (endpoint === '*' || shift === null) return false;
  const median = (arms[shift.against] ?? arms.primary).p50Ms ?? 0;
  return shift.lowMs > 0 && shift.ms >= Math.max(LEAST_SHIFT_MS, median * LEAST_SHIFT_OF_MEDIAN);
}

function milliseconds(ms: number | null): string {
  if (ms === null) return '-';
  return `${ms < 9.95 ? ms.toFixed(1) : count(ms)} ms`;
}
