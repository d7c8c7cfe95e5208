import { printable, type Style } from '../output/style.ts';
import { renderTable } from '../output/table.ts';
import { type EnvoyItem, rejectionText } from './envoy-item.ts';

/** The connected Envoys, and in whose words one of them refused a configuration. */
export function renderEnvoys(
  envoys: readonly EnvoyItem[],
  { style, width, nowMs }: { readonly style: Style; readonly width: number; readonly nowMs: number },
): string[] {
  if (envoys.length === 0) return [style.yellow('No Envoy is connected.')];
  const rows = envoys.map((envoy) => [
    printable(envoy.node),
    printable(envoy.version),
    since(nowMs - Date.parse(envoy.connectedSince)),
    rejectionText(envoy) === '' ? style.green('ok') : style.red('rejected'),
  ]);
  const columns = [{ title: 'envoy' }, { title: 'version' }, { title: 'connected' }, { title: 'last change' }];
  const rejections = envoys
    .filter((envoy) => rejectionText(envoy) !== '')
    .map((envoy) => style.red(printable(`  ${envoy.node}: ${rejectionText(envoy)}`)));
  return [...renderTable(columns, rows, { style, width }), ...rejections];
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
