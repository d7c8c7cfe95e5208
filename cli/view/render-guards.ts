import type { GuardStatus } from '../../xds-server/guards/index.ts';
import { printable, type Style } from '../output/style.ts';

/** A line for each receiver of copies of unsafe requests: whether it has proven its guard, and if not, why. */
export function renderGuards(guards: readonly GuardStatus[], { style }: { readonly style: Style }): string[] {
  const asked = guards.filter(({ state }) => state !== 'not-needed');
  if (asked.length === 0) return [];
  return [style.dim('shadow guards'), ...asked.map((guard) => `  ${lineOf(guard, style)}`)];
}

function lineOf({ service, role, state, mode, mirrors, reason }: GuardStatus, style: Style): string {
  const who = `${style.bold(printable(service))} (${role} of ${mirrors.map(printable).join(', ')})`;
  if (state === 'proven') return `${who}: ${style.green('proven')}, ${mode}`;
  if (state === 'trusted') {
    return `${who}: ${style.yellow('TRUSTED WITHOUT PROOF')}: requests that change things are copied to it`;
  }
  const held =
    role === 'primary' ? 'no unsafe request that the candidate answered is copied back' : 'no unsafe request is copied';
  return `${who}: ${style.red(state)}, ${held}: ${printable(reason ?? '')}`;
}
