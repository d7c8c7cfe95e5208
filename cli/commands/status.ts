import { Command } from 'commander';
import type { HealthReport, VerdictReport } from '../../compare/report/index.ts';
import { ShadowplaneError } from '../../errors/index.ts';
import type { BrakeReport } from '../../xds-server/brake/index.ts';
import type { GuardStatus } from '../../xds-server/guards/index.ts';
import type { RolloutView } from '../../xds-server/rollouts/view.ts';
import type { FilterStatus } from '../../xds-server/vms/index.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, addressOption, apiOptions, DEFAULT_ADDRESSES, jsonOption } from '../options.ts';
import type { EnvoyList } from '../view/envoy-item.ts';
import { type MirrorItem, type MirrorList, mirroringOff } from '../view/mirror-item.ts';
import { renderBrakes } from '../view/render-brakes.ts';
import { renderEnvoys, renderGone } from '../view/render-envoys.ts';
import { renderGuards } from '../view/render-guards.ts';
import { rolloutLine } from '../view/render-rollout.ts';
import { renderTraffic } from '../view/render-traffic.ts';
import { renderVerdicts } from '../view/render-verdicts.ts';
import { readTraffic } from '../view/traffic.ts';
import { exitCodeOfVerdicts } from '../view/verdict-text.ts';
import { readFigures, streamedFigures } from './status-figures.ts';

interface StatusOptions {
  readonly api: string;
  readonly envoyAdmin?: string;
  readonly json?: boolean;
}

/**
 * Mirrors, verdicts, guards, Envoys and live figures on one page. The figures are those of Envoy's admin interface, else those that
 * Envoys stream to the control plane; the verdicts are missing when the control plane does not compare. The exit code is the worst verdict.
 */
export function statusCommand(context: Context): Command {
  const command = new Command('status').description(
    'mirrors, verdicts, shares, Envoys, and live figures where Envoy can be reached',
  );
  addOptions(command, ...apiOptions(), addressOption('envoyAdmin'), jsonOption()).action(
    async (options: StatusOptions) => {
      const api = createApiClient(options, context.env);
      const [mirrors, envoys] = await Promise.all([api.get<MirrorList>('/mirrors'), api.get<EnvoyList>('/envoys')]);
      const address = options.envoyAdmin ?? DEFAULT_ADDRESSES.envoyAdmin;
      const nodes = options.envoyAdmin === undefined ? envoys.items.map(({ node }) => node) : undefined;
      const [figures, verdicts, guards, brakes, filters, rollouts] = await Promise.all([
        readFigures({ address, nodes }, mirrors.items).then(
          async (read) =>
            read ?? streamedFigures(mirrors.items, await ofEach<HealthReport>(api, mirrors.items, 'health')),
        ),
        ofEach<VerdictReport>(api, mirrors.items, 'verdict'),
        readGuards(api),
        ofEach<BrakeReport>(api, mirrors.items, 'brake'),
        readFilters(api),
        ofEach<RolloutView>(api, mirrors.items, 'rollout'),
      ]);
      process.exitCode = exitCodeOfVerdicts(verdicts.map(({ verdict }) => verdict));
      if (options.json) {
        context.printJson({
          mirrors: figures?.now ?? readTraffic(mirrors.items, new Map()),
          envoys: envoys.items,
          counted: figures !== undefined,
          verdicts,
          guards,
          brakes,
          filters,
          rollouts,
        });
        return;
      }
      const { style, width } = context;
      context.print(
        ...renderEnvoys(envoys.items, { style, width, nowMs: Date.now() }),
        ...renderGone(envoys.gone ?? [], { style, nowMs: Date.now() }),
        '',
        ...mirroringOff(mirrors, style),
        ...renderTraffic(figures?.now ?? readTraffic(mirrors.items, new Map()), {
          style,
          width,
          counted: figures !== undefined,
          before: figures?.before,
        }),
        ...withGap(rollouts.filter(isUnderWay).map((view) => `rollout of ${rolloutLine(view, style)}`)),
        ...withGap(renderBrakes(brakes, filters, { style })),
        ...withGap(renderGuards(guards, { style })),
        ...(verdicts.length > 0 ? ['', ...renderVerdicts(verdicts, { style, width })] : []),
      );
      if (!figures)
        context.note(style.dim(`No figures: no Envoy of this control plane answers at ${address} (--envoy-admin).`));
      else if (!figures.before)
        context.note(
          style.dim(`Figures as Envoys have told the control plane; rates and copies by group: --envoy-admin ADDRESS.`),
        );
    },
  );
  addExamples(command, 'status', 'status --json --api http://control-plane.internal:8790');
  return command.addHelpText(
    'after',
    '\nExit codes, of the worst verdict: 0 same or nothing is compared, 3 different, 4 not enough data; 1 the control plane does not answer, 2 wrong usage.',
  );
}

/** It has other shares than the mirror says, or had to go back. */
function isUnderWay({ status }: RolloutView): boolean {
  return !['none', 'ready', 'finished', 'aborted'].includes(status);
}

function withGap(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? ['', ...lines] : [];
}

/** None where an older control plane asks for no proofs. */
function readGuards(api: ApiClient): Promise<readonly GuardStatus[]> {
  return itemsOf(api, '/guards');
}

function readFilters(api: ApiClient): Promise<readonly FilterStatus[]> {
  return itemsOf(api, '/filter');
}

/** None where an older control plane does not know that address. */
async function itemsOf<T>(api: ApiClient, path: string): Promise<readonly T[]> {
  try {
    return (await api.get<{ items: readonly T[] }>(path)).items;
  } catch (error) {
    if (error instanceof ShadowplaneError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

/** Without those of a mirror that is gone in between; none where the control plane does not compare. */
async function ofEach<T>(
  api: ApiClient,
  mirrors: readonly MirrorItem[],
  what: 'verdict' | 'health' | 'brake' | 'rollout',
): Promise<T[]> {
  const answers = await Promise.all(
    mirrors.map(({ name }) =>
      api.get<T>(`/mirrors/${encodeURIComponent(name)}/${what}`).catch((error: unknown) => {
        const isGone = error instanceof ShadowplaneError && ['NOT_FOUND', 'MIRROR_NOT_FOUND'].includes(error.code);
        if (isGone) return undefined;
        throw error;
      }),
    ),
  );
  return answers.filter((answer) => answer !== undefined) as T[];
}
