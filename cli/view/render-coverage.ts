import type { EndpointItem } from '../../compare/report/index.ts';
import { count } from '../output/numbers.ts';
import { printable, type Style } from '../output/style.ts';
import { renderTable } from '../output/table.ts';

const INDENT = '  ';
/** Further endpoints are a number. */
const MAX_LINES = 5;

/** Endpoints without enough pairs, and when there will be enough at the rate of now. */
export function renderCoverage(
  endpoints: readonly EndpointItem[],
  { style, width }: { readonly style: Style; readonly width: number },
): string[] {
  const thin = endpoints.filter(({ verdict, coverage }) => verdict === 'not-enough-data' && coverage.missing !== null);
  if (thin.length === 0) return [];
  const rows = thin
    .slice(0, MAX_LINES)
    .map(({ endpoint, compared, coverage: { missing, expectedInMs } }) => [
      printable(endpoint),
      count(compared),
      count(missing ?? 0),
      expectedInMs === null ? '-' : duration(expectedInMs),
    ]);
  const columns = [
    { title: 'endpoint' },
    { title: 'compared', align: 'right' },
    { title: 'missing', align: 'right' },
    { title: 'at this rate', align: 'right' },
  ] as const;
  const more = thin.length > MAX_LINES ? [`${INDENT}and ${count(thin.length - MAX_LINES)} more`] : [];
  return [
    '',
    style.bold('Too few pairs so far'),
    ...renderTable(columns, rows, { style, width, indent: INDENT }),
    ...more,
  ];
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

function duration(ms: number): string {
  const [unitMs, unit] = UNITS.find(([atLeast]) => ms >= atLeast) ?? [1_000, 's'];
  return `${count(Math.ceil(ms / unitMs))} ${unit}`;
}
