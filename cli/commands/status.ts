import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { createEnvoyAdmin } from '../../envoy/index.ts';
import { createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, addressOption, apiOption, DEFAULT_ADDRESSES, jsonOption } from '../options.ts';
import type { EnvoyItem } from '../view/envoy-item.ts';
import type { MirrorItem } from '../view/mirror-item.ts';
import { renderEnvoys } from '../view/render-envoys.ts';
import { renderTraffic } from '../view/render-traffic.ts';
import { type MirrorTraffic, readTraffic, TRAFFIC_FILTER } from '../view/traffic.ts';

const RATE_INTERVAL_MS = 1_000;

interface StatusOptions {
  readonly api: string;
  readonly envoyAdmin?: string;
  readonly json?: boolean;
}

/** Mirrors, Envoys and live figures on one page. The figures are missing when Envoy's admin interface cannot be reached. */
export function statusCommand(context: Context): Command {
  const command = new Command('status').description(
    'mirrors, shares, Envoys, and live figures where Envoy can be reached',
  );
  addOptions(command, apiOption(), addressOption('envoyAdmin'), jsonOption()).action(async (options: StatusOptions) => {
    const api = createApiClient(options.api);
    const [mirrors, envoys] = await Promise.all([
      api.get<{ items: readonly MirrorItem[] }>('/mirrors'),
      api.get<{ items: readonly EnvoyItem[] }>('/envoys'),
    ]);
    const address = options.envoyAdmin ?? DEFAULT_ADDRESSES.envoyAdmin;
    const figures = await readFigures(address, mirrors.items);
    if (options.json) {
      context.printJson({
        mirrors: figures?.now ?? readTraffic(mirrors.items, new Map()),
        envoys: envoys.items,
        counted: figures !== undefined,
      });
      return;
    }
    const { style, width } = context;
    context.print(
      ...renderEnvoys(envoys.items, { style, width, nowMs: Date.now() }),
      '',
      ...renderTraffic(figures?.now ?? readTraffic(mirrors.items, new Map()), {
        style,
        width,
        counted: figures !== undefined,
        before: figures && { traffic: figures.before, agoMs: figures.agoMs },
      }),
    );
    if (!figures)
      context.note(style.dim(`No figures: Envoy's admin interface does not answer at ${address} (--envoy-admin).`));
  });
  addExamples(command, 'status', 'status --json --api http://control-plane.internal:8790');
  return command.addHelpText('after', '\nExit codes: 0 shown, 1 the control plane does not answer, 2 wrong usage.');
}

interface Figures {
  readonly before: readonly MirrorTraffic[];
  readonly now: readonly MirrorTraffic[];
  readonly agoMs: number;
}

async function readFigures(address: string, mirrors: readonly MirrorItem[]): Promise<Figures | undefined> {
  const admin = createEnvoyAdmin(address);
  try {
    const startedMs = performance.now();
    const before = readTraffic(mirrors, await admin.stats(TRAFFIC_FILTER));
    await pause(RATE_INTERVAL_MS);
    const now = readTraffic(mirrors, await admin.stats(TRAFFIC_FILTER));
    return { before, now, agoMs: performance.now() - startedMs };
  } catch {
    return undefined;
  }
}
