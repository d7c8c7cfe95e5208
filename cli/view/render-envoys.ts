import { printable, type Style } from '../output/style.ts';
import { renderTable } from '../output/table.ts';
import { type EnvoyItem, type GoneItem, type RefusedItem, rejectionText } from './envoy-item.ts';

/** The connected Envoys, what each has in use, and in its own words what it last rejected. */
export function renderEnvoys(
  envoys: readonly EnvoyItem[],
  { style, width, nowMs }: { readonly style: Style; readonly width: number; readonly nowMs: number },
): string[] {
  if (envoys.length === 0) return [style.yellow('No Envoy is connected.')];
  const ago = (at: string) => since(nowMs - Date.parse(at));
  const rows = envoys.map((envoy) => [
    printable(envoy.node),
    printable(envoy.version),
    ago(envoy.connectedSince),
    `${envoy.revision ?? '-'}`,
    envoy.behindSince ? style.yellow(`behind for ${ago(envoy.behindSince)}`) : style.green('in use'),
    lastChange(envoy, style),
  ]);
  const columns = [
    { title: 'envoy' },
    { title: 'version' },
    { title: 'connected' },
    { title: 'revision', align: 'right' as const },
    { title: 'newest' },
    { title: 'last change' },
  ];
  return [
    ...renderTable(columns, rows, { style, width }),
    ...envoys.flatMap((envoy) => [...rejectionLine(envoy, style), ...problemLines(envoy, style)]),
  ];
}

/** What it lacks, and below what to do about it. */
function problemLines({ node, problems = [] }: EnvoyItem, style: Style): string[] {
  return problems.flatMap(({ code, message, remedy }) => [
    style.red(printable(`  ${node}: ${code}: ${message}`)),
    printable(`    ${remedy}`),
  ]);
}

/** Envoys that were here and have left; they serve with what they had. */
export function renderGone(
  gone: readonly GoneItem[],
  { style, nowMs }: { readonly style: Style; readonly nowMs: number },
): string[] {
  return gone.map(({ node, since: at }) =>
    style.yellow(
      printable(`${node} has left ${since(nowMs - Date.parse(at))} ago; if it still runs, it serves with what it had`),
    ),
  );
}

function lastChange(envoy: EnvoyItem, style: Style): string {
  if (rejectionText(envoy) !== '') return style.red('rejected');
  return envoy.rejectedRevision ? style.yellow('taken back') : style.green('ok');
}

function rejectionLine(envoy: EnvoyItem, style: Style): string[] {
  const { rejectedRevision } = envoy;
  const text = rejectionText(envoy) || rejectedRevision?.message;
  if (text === undefined) return [];
  const what = rejectedRevision ? `revision ${rejectedRevision.revision}: ` : '';
  const line = printable(`  ${envoy.node}: ${what}${text.replaceAll(/\s*\n\s*/g, ' ')}`);
  return [rejectionText(envoy) === '' ? style.dim(line) : style.red(line)];
}

/** Envoys that were turned away, and why. */
export function renderRefused(refused: readonly RefusedItem[], style: Style): string[] {
  return refused.map(({ node, from, reason, times }) =>
    style.red(printable(`refused ${node || 'an Envoy without a name'} at ${from}, ${times} times: ${reason}`)),
  );
}

/** `42 s`, `7 min`, `3 h`, `2 d` */
function since(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (Number.isNaN(seconds)) return '-';
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
