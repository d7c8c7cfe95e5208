import type { BrakeReport } from '../../xds-server/brake/index.ts';
import type { FilterStatus } from '../../xds-server/vms/index.ts';
import { printable, type Style } from '../output/style.ts';

/** What has stopped copies without anybody asking for it: a line each, none while all is well. */
export function renderBrakes(
  brakes: readonly BrakeReport[],
  filters: readonly FilterStatus[],
  { style }: { readonly style: Style },
): string[] {
  const stopped = brakes.flatMap(({ mirror, state, reason, releaseAt }) =>
    state === 'on'
      ? [
          `${style.bold(printable(mirror))}: ${style.red('brake on, nothing is copied')}: ${printable(reason ?? '')}; tried again at ${releaseAt}`,
        ]
      : [],
  );
  const dead = filters.flatMap(({ role, state, last, reviveAt }) => {
    if (state === 'running' || last === null) return [];
    const then =
      state === 'off' ? 'it stays off until POST /api/v1/filter/revive' : `it is brought back at ${reviveAt}`;
    return [`${style.red(`filter (${role}) died`)} in ${last.nodes.map(printable).join(', ')}: ${then}`];
  });
  return [...stopped, ...dead];
}
