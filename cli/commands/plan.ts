import { Command } from 'commander';
import type { VerdictReport } from '../../compare/report/index.ts';
import { createEnvoyAdmin } from '../../envoy/index.ts';
import { ShadowplaneError } from '../../errors/index.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import {
  addExamples,
  addOptions,
  addressOption,
  apiOptions,
  DEFAULT_ADDRESSES,
  fileOption,
  jsonOption,
} from '../options.ts';
import { findPolicyFile, readPolicy } from '../policy-file.ts';
import { FORECAST_FILTER, forecast } from '../view/forecast.ts';
import type { MirrorItem } from '../view/mirror-item.ts';
import { type CountedTraffic, type MissingPairs, type Plan, renderPlan } from '../view/render-plan.ts';

interface PlanOptions {
  readonly file?: string;
  readonly api: string;
  readonly envoyAdmin?: string;
  readonly json?: boolean;
}

/** What `apply` of the same file would change. Nothing is changed. */
export function planCommand(context: Context): Command {
  const command = new Command('plan').description('show what a file would change, without changing anything');
  addOptions(
    command,
    fileOption('configuration file, - for standard input (default: shadowplane.yaml here)'),
    ...apiOptions(),
    addressOption('envoyAdmin'),
    jsonOption(),
  ).action(async (options: PlanOptions) => {
    const file = findPolicyFile(options.file);
    command.setOptionValue('file', file);
    const { document } = await readPolicy(file);
    const api = createApiClient(options, context.env);
    const plan = await api.send<Plan>('POST', '/plan', document);
    const mirrors = mirrorsOf(document);
    const address = options.envoyAdmin ?? DEFAULT_ADDRESSES.envoyAdmin;
    const [traffic, missing] = await Promise.all([
      readForecast(address, mirrors, ownClustersOf(document)),
      readMissing(api, mirrors),
    ]);
    if (options.json) {
      const { copies = null, ...copiesFrom } = traffic ?? {};
      return context.printJson({ ...plan, copies, ...(traffic && { copiesFrom }), missing });
    }
    const { style, width } = context;
    context.print(...renderPlan(plan, traffic, missing, { style, width }));
    if (!traffic && plan.differences.length > 0) {
      context.note(style.dim(`No forecast: Envoy's admin interface does not answer at ${address} (--envoy-admin).`));
    }
  });
  return addExamples(command, 'plan -f shadowplane.yaml', 'get config | sed s/5%/10%/ | shadowplane plan -f -');
}

function mirrorsOf({ mirrors = {} }: { readonly mirrors?: Readonly<Record<string, object>> }): MirrorItem[] {
  return Object.entries(mirrors).map(([name, mirror]) => ({ paused: false, ...mirror, name }) as unknown as MirrorItem);
}

/** Services that are clusters of Envoy's own. */
function ownClustersOf({
  services = {},
}: {
  readonly services?: Readonly<Record<string, object>>;
}): Map<string, string> {
  return new Map(
    Object.entries(services).flatMap(([name, service]) =>
      'cluster' in service && typeof service.cluster === 'string' ? [[name, service.cluster] as const] : [],
    ),
  );
}

async function readForecast(
  envoyAdmin: string,
  mirrors: readonly MirrorItem[],
  ownClusters: ReadonlyMap<string, string>,
): Promise<CountedTraffic | undefined> {
  const admin = createEnvoyAdmin(envoyAdmin);
  try {
    const [counters, info] = await Promise.all([admin.stats(FORECAST_FILTER), admin.serverInfo()]);
    const seconds = Number.parseFloat(info.uptime_current_epoch);
    return { copies: forecast(mirrors, counters, seconds, ownClusters), envoyAdmin, seconds };
  } catch {
    return undefined;
  }
}

/** Of mirrors that are there and compared. */
async function readMissing(api: ApiClient, mirrors: readonly MirrorItem[]): Promise<MissingPairs> {
  const found = await Promise.all(
    mirrors.map(async ({ name }) => {
      try {
        const { verdict, missing } = await api.get<VerdictReport>(`/mirrors/${encodeURIComponent(name)}/verdict`);
        return [[name, { verdict, missing }] as const];
      } catch (error) {
        const isGone = error instanceof ShadowplaneError && ['NOT_FOUND', 'MIRROR_NOT_FOUND'].includes(error.code);
        if (isGone) return [];
        throw error;
      }
    }),
  );
  return Object.fromEntries(found.flat());
}
