/** What is counted: the variants of bench:filter and of bench:cost, each against the one that its aim is about. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureFilter } from '../../filter/index.ts';
import * as cost from '../compare/cost/bootstrap.ts';
import { VARIANTS as COST_VARIANTS, REQUEST } from '../compare/cost/variants.ts';
import * as filter from '../filter/bootstrap.ts';
import { buildEmptyModule } from '../filter/build-empty.ts';
import { VARIANTS as FILTER_VARIANTS } from '../filter/variants.ts';
import { type LoadRequest, startBenchProcess } from '../support/index.ts';

export interface Suite {
  readonly name: string;
  readonly title: string;
  /** Differences are against this one. */
  readonly baseline: string;
  readonly variants: readonly SuiteVariant[];
  readonly backend: object;
  /** @param port Of a listener of the backend. */
  prepare(port: (listener: string) => number, directory: string): Promise<Prepared>;
}

export interface SuiteVariant {
  /** Also its listener. */
  readonly name: string;
  readonly label: string;
  readonly request: LoadRequest;
}

/** The configuration of the Envoy that is measured, and what ends the processes beside it. */
export interface Prepared {
  readonly bootstrap: object;
  end(): Promise<void>;
}

const SELECTING = FILTER_VARIANTS.filter(({ name }) =>
  ['plain', 'empty', 'none', 'third', 'native-none', 'native-third', 'lua-none', 'lua-third'].includes(name),
);

const selection: Suite = {
  name: 'filter',
  title: 'Selecting a request',
  baseline: 'empty',
  variants: SELECTING,
  backend: filter.backendBootstrap(),
  async prepare(port, directory) {
    const empty = join(directory, 'empty.wasm');
    await writeFile(empty, await buildEmptyModule());
    const modules = { empty, filter: await ensureFilter() };
    return { bootstrap: filter.measuredBootstrap(SELECTING, modules, port('backend')), end: async () => {} };
  },
};

const MIRRORING = COST_VARIANTS.filter(({ name }) =>
  ['native-1k', 'marked-1k', 'select-1k', 'capture-1k', 'ext-proc-1k'].includes(name),
);
/** Batches go when they are full, as they do under load; valgrind is too slow for that within the usual time. */
const FLUSH_INTERVAL_MS = 60_000;

const mirroring: Suite = {
  name: 'cost',
  title: 'Mirroring a request, bodies of 1 KB',
  baseline: 'native-1k',
  variants: MIRRORING.map(({ name, label }) => ({ name, label, request: REQUEST })),
  backend: cost.backendBootstrap(),
  async prepare(port) {
    const modules = { select: await ensureFilter(), capture: await ensureFilter('filter-capture.wasm') };
    const collector = await startBenchProcess(new URL('../compare/cost/collector-process.ts', import.meta.url));
    const extProc = await startBenchProcess(new URL('../compare/cost/ext-proc-process.ts', import.meta.url));
    const bootstrap = cost.measuredBootstrap(MIRRORING, modules, {
      backendPort: (bytes, differing) => port(cost.backendName(bytes, differing)),
      collector: collector.address,
      extProc: extProc.address,
      flushIntervalMs: FLUSH_INTERVAL_MS,
    });
    return {
      bootstrap,
      end: async () => {
        await extProc.stop();
        await collector.stop();
      },
    };
  },
};

export const SUITES: readonly Suite[] = [selection, mirroring];
