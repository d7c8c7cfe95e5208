import type { Forecast, PlanForecast } from '../../xds-server/forecast/index.ts';
import { printable, type Style } from '../output/style.ts';
import { renderTable } from '../output/table.ts';
import { renderDifferences } from './render-history.ts';
import type { DifferenceItem } from './revision-item.ts';

export interface Plan {
  readonly revision: number;
  readonly differences: readonly DifferenceItem[];
  readonly resources: Readonly<
    Record<
      string,
      { readonly added: readonly string[]; readonly changed: readonly string[]; readonly removed: readonly string[] }
    >
  >;
  /** Absent in control planes of before; null: no Envoy has told. */
  readonly forecast?: PlanForecast | null;
}

/** By mirror: further pairs that its verdict takes; null when it cannot be `same` at the rate of differences so far. */
export type MissingPairs = Readonly<Record<string, { readonly verdict: string; readonly missing: number | null }>>;

/** Where forecasts come from: the Envoy that was asked, or those that have told the control plane. */
export type CountedTraffic =
  | PlanForecast
  | (Pick<PlanForecast, 'copies' | 'seconds'> & { readonly envoyAdmin: string });

/** What would differ, what Envoys would be sent, and what that means for the shadows. */
export function renderPlan(
  { revision, differences, resources }: Plan,
  traffic: CountedTraffic | undefined,
  missing: MissingPairs,
  { style, width }: { readonly style: Style; readonly width: number },
): string[] {
  if (differences.length === 0) return [`Nothing would change (revision ${revision})`];
  const changes = Object.entries(resources).map(([type, { added, changed, removed }]) => {
    const parts = [
      ...added.map((name) => style.green(`+ ${printable(name)}`)),
      ...changed.map((name) => `~ ${printable(name)}`),
      ...removed.map((name) => style.red(`- ${printable(name)}`)),
    ];
    return `  ${type}  ${parts.join('  ')}`;
  });
  return [
    `Would change (from revision ${revision})`,
    ...renderDifferences(differences),
    '',
    ...(changes.length > 0
      ? ['Envoy would be sent (+ new, ~ changed, - removed)', ...changes]
      : ['Envoy would be sent nothing']),
    ...(traffic && traffic.copies.length > 0 ? ['', ...copyTable(traffic, missing, { style, width })] : []),
  ];
}

function copyTable(
  traffic: CountedTraffic,
  missing: MissingPairs,
  view: { readonly style: Style; readonly width: number },
): string[] {
  const { copies } = traffic;
  const columns = [
    { title: 'mirror' },
    { title: 'copies to' },
    { title: 'now/s', align: 'right' as const },
    { title: 'then/s', align: 'right' as const },
    { title: 'bytes/s', align: 'right' as const },
    { title: 'verdict' },
  ];
  const rows = copies.map((each) => [
    each.mirror,
    each.receiver,
    each.nowPerSecond.toFixed(1),
    andUnknown(each, each.thenPerSecond.toFixed(1)),
    each.thenBytesPerSecond === null ? '?' : andUnknown(each, bytes(each.thenBytesPerSecond)),
    each.role === 'control' ? '' : verdictText(each, missing[each.mirror]),
  ]);
  const mirrors = copies.filter(({ role }) => role === 'candidate');
  const unknown = mirrors.filter((each) => each.unknown.length > 0);
  return [
    ...renderTable(columns, rows, view),
    view.style.dim(`  from what ${sourceOf(traffic)}, on average`),
    ...mirrors.filter(({ heldBackBy }) => heldBackBy.length > 0).map((each) => view.style.dim(heldBack(each))),
    ...mirrors.flatMap(({ mirror, bytesPerRequest }) =>
      bytesPerRequest === null
        ? []
        : [view.style.dim(`  ${mirror}: ${bytes(bytesPerRequest)} a request, as its primary is sent`)],
    ),
    ...unknown.map((each) => view.style.dim(`  ${each.mirror}: no traffic counted yet for ${each.unknown.join(', ')}`)),
  ];
}

function sourceOf(traffic: CountedTraffic): string {
  const seconds = duration(traffic.seconds);
  if ('envoyAdmin' in traffic) return `the Envoy at ${traffic.envoyAdmin} has counted in ${seconds}`;
  return `${traffic.envoys === 1 ? 'one Envoy has' : `${traffic.envoys} Envoys have`} counted in the last ${seconds}`;
}

/** Of the budgets which it is that hold copies back, and how many. */
function heldBack({ mirror, askedPerSecond, thenPerSecond, heldBackBy }: Forecast): string {
  const limits = heldBackBy.map((budget) => `limits.${budget}`).join(' and ');
  return `  ${mirror}: ${limits} ${heldBackBy.length > 1 ? 'let' : 'lets'} pass ${thenPerSecond.toFixed(1)} of ${askedPerSecond.toFixed(1)} copies/s that the shares ask for`;
}

/** `in about 2 h (645 pairs missing)` */
function verdictText({ thenPerSecond }: Forecast, pairs: MissingPairs[string] | undefined): string {
  if (!pairs) return '-';
  if (pairs.missing === null || pairs.missing === 0) return `is ${pairs.verdict}`;
  if (thenPerSecond === 0) return `${pairs.missing} pairs missing`;
  return `in about ${duration(pairs.missing / thenPerSecond)} (${pairs.missing} pairs missing)`;
}

function andUnknown({ unknown }: Forecast, text: string): string {
  return unknown.length > 0 ? `${text} + ?` : text;
}

/** `412 B`, `31.0 kB` */
function bytes(count: number): string {
  if (count < 1_000) return `${Math.round(count)} B`;
  if (count < 1_000_000) return `${(count / 1_000).toFixed(1)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7_200) return `${Math.ceil(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.ceil(seconds / 3_600)} h`;
  return `${Math.ceil(seconds / 86_400)} d`;
}
