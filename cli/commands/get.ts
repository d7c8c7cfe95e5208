import { Argument, Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, apiOptions, jsonOption } from '../options.ts';
import { printable } from '../output/style.ts';
import { renderTable } from '../output/table.ts';
import type { EnvoyList } from '../view/envoy-item.ts';
import { type MirrorList, mirroringOff } from '../view/mirror-item.ts';
import { renderEnvoys, renderGone, renderRefused } from '../view/render-envoys.ts';
import { renderTraffic } from '../view/render-traffic.ts';
import { readTraffic } from '../view/traffic.ts';

type What = 'mirrors' | 'envoys' | 'config' | 'services' | 'segments';

interface ConfigAnswer {
  readonly revision: number;
  readonly config: {
    readonly services?: Readonly<
      Record<
        string,
        {
          readonly address?: string;
          readonly addresses?: readonly string[];
          readonly cluster?: string;
          readonly protocol?: string;
        }
      >
    >;
    readonly segments?: Readonly<Record<string, unknown>>;
  };
}

/** Shows what a running control plane holds. */
export function getCommand(context: Context): Command {
  const command = new Command('get')
    .description('show what a running control plane holds')
    .addArgument(
      new Argument('[what]', 'what to show')
        .choices(['mirrors', 'envoys', 'config', 'services', 'segments'] satisfies What[])
        .default('mirrors'),
    );
  addOptions(command, ...apiOptions(), jsonOption()).action(
    async (what: What, options: { api: string; json?: boolean }) => {
      const api = createApiClient(options, context.env);
      const show = async <T>(
        path: string,
        render: (answer: T) => string[] | Promise<string[]>,
        pick = (answer: T): unknown => answer,
      ) => {
        const answer = await api.get<T>(path);
        if (options.json) context.printJson(pick(answer));
        else context.print(...(await render(answer)));
      };
      const { style, width } = context;
      switch (what) {
        case 'mirrors':
          return show<MirrorList>('/mirrors', (answer) => [
            ...mirroringOff(answer, style),
            ...renderTraffic(readTraffic(answer.items, new Map()), { style, width, counted: false }),
          ]);
        case 'envoys':
          return show<EnvoyList>('/envoys', ({ items, gone = [], refused = [] }) => [
            ...renderEnvoys(items, { style, width, nowMs: Date.now() }),
            ...renderGone(gone, { style, nowMs: Date.now() }),
            ...renderRefused(refused, style),
          ]);
        case 'config':
          return show<ConfigAnswer>('/config', async ({ config }) => [(await toYaml(config)).trimEnd()]);
        case 'services':
          return show<ConfigAnswer>(
            '/config',
            (answer) => serviceTable(answer, context),
            ({ config }) => config.services ?? {},
          );
        case 'segments':
          return show<ConfigAnswer>(
            '/config',
            (answer) => segmentTable(answer, context),
            ({ config }) => config.segments ?? {},
          );
      }
    },
  );
  return addExamples(command, 'get', 'get envoys', 'get config > shadowplane.yaml', 'get mirrors --json');
}

function serviceTable({ config }: ConfigAnswer, { style, width }: Context): string[] {
  const rows = Object.entries(config.services ?? {}).map(([name, { address, addresses, cluster, protocol }]) => [
    name,
    cluster === undefined ? (addresses ?? (address ? [address] : [])).join(', ') : `cluster ${cluster}`,
    protocol ?? 'http1',
  ]);
  if (rows.length === 0) return ['There are no services.'];
  return renderTable([{ title: 'service' }, { title: 'address' }, { title: 'protocol' }], rows, { style, width });
}

async function segmentTable({ config }: ConfigAnswer, { style, width }: Context): Promise<string[]> {
  const entries = Object.entries(config.segments ?? {});
  if (entries.length === 0) return ['There are no segments.'];
  const { stringify } = await import('yaml');
  const rows = entries.map(([name, when]) => [
    name,
    printable(stringify(when, { collectionStyle: 'flow', lineWidth: 0 }).trim()),
  ]);
  return renderTable([{ title: 'segment' }, { title: 'when' }], rows, { style, width });
}

async function toYaml(config: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(config, { lineWidth: 0 });
}
