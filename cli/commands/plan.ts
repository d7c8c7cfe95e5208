import { Command } from 'commander';
import type { VerdictReport } from '../../compare/report/index.ts';
import { createEnvoyAdmin } from '../../envoy/index.ts';
import { ShadowplaneError } from '../../errors/index.ts';
import { FORECAST_FILTER, forecast } from '../../xds-server/forecast/index.ts';
import type { Policy } from '../../xds-server/policy/model.ts';
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
    const { document, policy } = await readPolicy(file);
    const api = createApiClient(options, context.env);
    const plan = await api.send<Plan>('POST', '/plan', document);
    const address = options.envoyAdmin ?? DEFAULT_ADDRESSES.envoyAdmin;
    const told = options.envoyAdmin === undefined ? plan.forecast : undefined;
    const [traffic, missing] = await Promise.all([told ?? readForecast(address, policy), readMissing(api, policy)]);
    if (options.json) {
      const { copies = null, ...copiesFrom } = traffic ?? {};
      const { forecast: _, ...changes } = plan;
      return context.printJson({ ...changes, copies, ...(traffic && { copiesFrom }), missing });
    }
    const { style, width } = context;
    context.print(...renderPlan(plan, traffic, missing, { style, width }));
    if (!traffic && plan.differences.length > 0) {
      context.note(
        style.dim(
          `No forecast: no Envoy has told the control plane what it counts, and none answers at ${address} (--envoy-admin).`,
        ),
      );
    }
  });
  return addExamples(command, 'plan -f shadowplane.yaml', 'get config | sed s/5%/10%/ | shadowplane plan -f -');
}

/** For an Envoy that streams no statistics to the control plane. */
async function readForecast(envoyAdmin: string, policy: Policy): Promise<CountedTraffic | undefined> {
  const admin = createEnvoyAdmin(envoyAdmin);
  try {
    const [counters, info] = await Promise.all([admin.stats(FORECAST_FILTER), admin.serverInfo()]);
    const seconds = Number.parseFloat(info.uptime_current_epoch);
    return { copies: forecast(policy, [{ counters, seconds }]), envoyAdmin, seconds };
  } catch {
    return undefined;
  }
}

/** Of mirrors that are there and compared. */
async function readMissing(api: ApiClient, { mirrors }: Policy): Promise<MissingPairs> {
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
