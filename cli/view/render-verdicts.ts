import type { VerdictReport } from '../../compare/report/index.ts';
import { count, share } from '../output/numbers.ts';
import { printable, type Style } from '../output/style.ts';
import { renderTable } from '../output/table.ts';
import { verdictText } from './verdict-text.ts';

/** A line a mirror: does its candidate behave like the primary, and how much is known about it? */
export function renderVerdicts(
  verdicts: readonly VerdictReport[],
  { style, width }: { readonly style: Style; readonly width: number },
): string[] {
  if (verdicts.length === 0) return [];
  const rows = verdicts.map(({ mirror, verdict, epoch, version, compared, mismatch, lost }) => [
    printable(mirror),
    verdictText(verdict, style),
    epoch === 0 ? '-' : `${epoch}${version === null ? '' : ` (${printable(version)})`}`,
    count(compared),
    compared === 0 ? '-' : share(mismatch.rate),
    count(Object.values(lost).reduce((sum, part) => sum + part, 0)),
  ]);
  const columns = [
    { title: 'mirror' },
    { title: 'verdict' },
    { title: 'epoch' },
    { title: 'compared', align: 'right' },
    { title: 'mismatch', align: 'right' },
    { title: 'lost', align: 'right' },
  ] as const;
  return renderTable(columns, rows, { style, width });
}
