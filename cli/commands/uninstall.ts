import { setTimeout as pause } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { ShadowplaneError } from '../../errors/index.ts';
import type { RolloutView } from '../../xds-server/rollouts/view.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, apiOptions, jsonOption, waitOption } from '../options.ts';
import { uninstallObstacles } from '../uninstall/obstacles.ts';
import { QuietWatch } from '../uninstall/quiet.ts';
import { type Removed, removedFrom } from '../uninstall/removed.ts';
import type { EnvoyItem, EnvoyList } from '../view/envoy-item.ts';
import { appliedText, type WriteAnswer, waitQuery } from '../write-answer.ts';

interface UninstallOptions {
  readonly wait?: string;
  readonly without?: readonly string[];
  readonly dryRun?: boolean;
  readonly api: string;
  readonly json?: boolean;
}

interface ConfigAnswer {
  readonly revision: number;
  readonly config: Readonly<Record<string, unknown>> & {
    readonly mirrors?: Readonly<Record<string, { readonly rollout?: unknown }>>;
  };
}

/** What the API holds an answer for at most. */
const WAIT = '30s';
const POLL_MS = 200;

/**
 * Takes mirroring out of every Envoy and leaves what was there before: routes without copies, shares of 0, no filter.
 * Nothing is changed where it could not be done everywhere; done is only what every Envoy has acknowledged and what its own
 * statistics bear out.
 */
export function uninstallCommand(context: Context): Command {
  const command = new Command('uninstall').description(
    'take mirroring out of every Envoy, wait until they all have it, and say what may go from their bootstraps',
  );
  addOptions(
    command,
    waitOption(),
    new Option('--without <nodes>', 'Envoys that are gone for good, with commas between').argParser((text) =>
      text
        .split(',')
        .map((node) => node.trim())
        .filter((node) => node !== ''),
    ),
    new Option('--dry-run', 'only say whether it could be done'),
    ...apiOptions(),
    jsonOption(),
  ).action(async (options: UninstallOptions) => {
    const api = createApiClient(options, context.env);
    const [{ revision: before, config }, envoys] = await Promise.all([
      api.get<ConfigAnswer>('/config'),
      api.get<EnvoyList>('/envoys'),
    ]);
    const planned = Object.entries(config.mirrors ?? {}).filter(([, { rollout }]) => rollout !== undefined);
    const rollouts = await Promise.all(
      planned.map(([name]) => api.get<RolloutView>(`/mirrors/${encodeURIComponent(name)}/rollout`)),
    );
    const obstacles = uninstallObstacles(envoys, options.without ?? [], rollouts);
    if (obstacles.length > 0) throw new ShadowplaneError('UNINSTALL_REFUSED', obstacles.join('\n'));
    if (options.dryRun) {
      if (options.json) return context.printJson({ wouldRemove: true, envoys: envoys.items.map(({ node }) => node) });
      return context.print(
        `could be done now at ${envoys.items.map(({ node }) => node).join(', ')}; nothing was changed`,
      );
    }
    const wait = options.wait ?? WAIT;
    const answer = await api.send<WriteAnswer>(
      'PUT',
      `/config${waitQuery(durationMs(wait) > MOST_HELD_MS ? '60s' : wait)}`,
      { ...config, mirroring: 'off' },
      {
        ifRevision: before,
      },
    );
    const items = await untilQuiet(api, answer, wait);
    const removed = await removedFrom(items, config);
    if (options.json) return context.printJson({ ...answer, undo: before, ...removed });
    context.print(`mirroring is off ${appliedText(answer)}; back on: shadowplane undo --to ${before}`);
    context.print(...describe(removed));
  });
  addExamples(
    command,
    'uninstall',
    'uninstall --wait 60s --without edge-3',
    'uninstall --dry-run',
    'uninstall --json | jq .envoys',
  );
  return command.addHelpText(
    'after',
    '\nExit codes: 0 every Envoy is without mirroring, 1 refused and nothing changed, or not every Envoy has it yet, 2 wrong usage.',
  );
}

/** An answer is held no longer than this; after it, the Envoys are asked. */
const MOST_HELD_MS = 60_000;

/** @throws ShadowplaneError UNINSTALL_UNFINISHED naming the Envoys and what each still lacks */
async function untilQuiet(
  api: ApiClient,
  { revision, applied }: WriteAnswer,
  wait: string,
): Promise<readonly EnvoyItem[]> {
  const deadline = performance.now() + durationMs(wait);
  const watch = new QuietWatch(revision);
  for (;;) {
    const { items } = await api.get<EnvoyList>('/envoys');
    const open = watch.look(items);
    const missing = (applied?.of ?? 0) - items.length;
    if (missing > 0)
      open.push(
        `${missing} of the Envoys that were connected ${missing === 1 ? 'has' : 'have'} left meanwhile: "shadowplane get envoys" names them`,
      );
    if (open.length === 0) return items;
    if (performance.now() > deadline) {
      const all = [
        ...open,
        'Mirroring stays off for the others; run it again, or put it back with "shadowplane undo".',
      ];
      throw new ShadowplaneError('UNINSTALL_UNFINISHED', all.join('\n'));
    }
    await pause(POLL_MS);
  }
}

function durationMs(text: string): number {
  const [, amount, unit] = /^([\d.]+)(ms|s|m)$/.exec(text)!;
  return Number(amount) * { ms: 1, s: 1_000, m: 60_000 }[unit as 'ms' | 's' | 'm'];
}

function describe({ envoys, own, routeConfig }: Removed): string[] {
  const lines = envoys.map(({ node, verified, listener }) =>
    [
      `  ${node}: routes without copies, shares 0, filter off; `,
      verified
        ? 'copies nothing more, by its own statistics'
        : 'it sends no statistics, so that it copies nothing more is not seen',
      listener === 'ours' ? '; its listener is from here, see below' : '',
    ].join(''),
  );
  if (envoys.some(({ listener }) => listener === 'ours')) {
    lines.push(
      '',
      'An Envoy with a listener from here goes on with it while it runs, also without a control plane. After a restart it',
      'has none: before that give it a bootstrap with a listener of its own.',
    );
  }
  if (own) {
    lines.push('', 'In a bootstrap with a listener of its own these may go, then the control plane may be stopped:');
    lines.push(...own.map(({ where, what }) => `  ${where}: ${what}`));
    lines.push('', 'In place of rds goes your route_config; this one does what the routes from here do now:', '');
    lines.push(...routeConfig!.split('\n').map((line) => `  ${line}`));
  }
  return lines;
}
