import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { locateEnvoy } from '../../envoy/index.ts';
import { ShadowplaneError } from '../../errors/index.ts';
import { ensureFilter } from '../../filter/index.ts';
import {
  describeMachine,
  type Lane,
  nextEnvoy,
  openLane,
  type PinnedEnvoy,
  type Random,
  requireTools,
  runLoad,
  runSlice,
  seededRandom,
  shuffled,
  startPinnedEnvoy,
} from '../support/index.ts';
import { backendBootstrap, type Modules, measuredBootstrap } from './bootstrap.ts';
import { buildEmptyModule } from './build-empty.ts';
import { checkRoute, type Measurement, readCounters } from './measure.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { chart, findings, markdownReport, tables } from './report.ts';
import { summarize } from './summary.ts';
import { BASELINE, PLAIN, VARIANTS, type Variant } from './variants.ts';

/** Envoy CPU per request with and without the filter: `npm run bench:filter`. Installs nothing and cleans up after itself. */

const WARM_UP = { connections: 32, seconds: 4 };
const CHART_FILE = 'report.svg';

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  const variants = chosenVariants(options.variants);
  checkCores(options);
  await requireTools();
  const envoy = await locateEnvoy({ install: false });
  const directory = await mkdtemp(join(tmpdir(), 'shadowplane-bench-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  try {
    const modules = await prepareModules(options, directory);
    const measurements = await measureAll(options, variants, envoy.path, modules, directory);
    const summary = summarize(measurements);
    console.log(`\n${tables(summary)}\n\n${findings(summary).join('\n')}`);
    if (!options.report) return;
    const facts = {
      machine: describeMachine(),
      envoyVersion: envoy.version,
      options,
      rounds: Math.max(...measurements.map(({ round }) => round)),
      command: ['npm run bench:filter --', ...args].join(' '),
      disturbances: measurements.map(({ disturbance }) => disturbance),
      requests: measurements.reduce((sum, { requests }) => sum + requests, 0),
      day: new Date().toISOString().slice(0, 10),
    };
    await writeFile(new URL('REPORT.md', import.meta.url), markdownReport(summary, facts, CHART_FILE));
    await writeFile(new URL(CHART_FILE, import.meta.url), chart(summary));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function chosenVariants(names: readonly string[]): readonly Variant[] {
  const unknown = names.find((name) => !VARIANTS.some((variant) => variant.name === name));
  if (unknown !== undefined) {
    const known = VARIANTS.map(({ name }) => name).join(', ');
    throw new ShadowplaneError('USAGE', `there is no variant ${JSON.stringify(unknown)}; there are ${known}`);
  }
  return VARIANTS.filter(({ name }) => names.length === 0 || [PLAIN, BASELINE, ...names].includes(name));
}

function checkCores({ envoyCore, loadCore }: Options): void {
  if (envoyCore === loadCore) throw new ShadowplaneError('USAGE', 'Envoy and its load need a core each');
  if (availableParallelism() < 2) throw new ShadowplaneError('USAGE', 'this benchmark needs a machine with two cores');
}

async function prepareModules(options: Options, directory: string): Promise<Modules> {
  const empty = join(directory, 'empty.wasm');
  await writeFile(empty, await buildEmptyModule());
  return { empty, filter: options.filter ? resolve(options.filter) : await ensureFilter() };
}

async function measureAll(
  options: Options,
  variants: readonly Variant[],
  envoyPath: string,
  modules: Modules,
  directory: string,
): Promise<Measurement[]> {
  const random = seededRandom(options.seed);
  const backendDirectory = join(directory, 'backend');
  await mkdir(backendDirectory);
  const backend = await startPinnedEnvoy({
    path: envoyPath,
    core: options.loadCore,
    bootstrap: backendBootstrap(),
    directory: backendDirectory,
  });
  const measurements: Measurement[] = [];
  try {
    const bootstrap = measuredBootstrap(variants, modules, backend.port('backend'));
    const endAt = performance.now() + options.minutes * 60_000;
    for (let first = 1; first <= options.rounds && (first === 1 || performance.now() < endAt); ) {
      const own = join(directory, `envoy-${first}`);
      await mkdir(own);
      const envoy = await startPinnedEnvoy({ path: envoyPath, core: options.envoyCore, bootstrap, directory: own });
      try {
        const next = nextEnvoy(first, options);
        measurements.push(...(await measureRounds(options, variants, envoy, { first, next, endAt }, random)));
        first = next;
      } finally {
        await envoy.stop();
      }
    }
  } finally {
    await backend.stop();
  }
  return measurements;
}

/** The rounds that one Envoy serves, from `first` until before `next`, or until time is up. */
async function measureRounds(
  options: Options,
  variants: readonly Variant[],
  envoy: PinnedEnvoy,
  { first, next, endAt }: { readonly first: number; readonly next: number; readonly endAt: number },
  random: Random,
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  const lanes: Lane[] = [];
  try {
    for (const variant of variants) await warmUp(envoy, variant, options.loadCore);
    for (const connections of options.connections) {
      for (const variant of variants) {
        const { name, request } = variant;
        lanes.push(await openLane(envoy, name, { core: options.loadCore, connections, request }));
      }
    }
    for (let round = first; round < next && (round === first || performance.now() < endAt); round += 1) {
      for (const lane of shuffled(lanes, random)) {
        const slice = await runSlice(envoy, lane, { milliseconds: options.sliceMs });
        measurements.push({ variant: lane.listener, connections: lane.connections, round, ...slice });
      }
      say(options, round, measurements.slice(-lanes.length));
    }
  } finally {
    for (const { load } of lanes) await load.end();
  }
  for (const variant of variants) checkRoute(variant, await readCounters(envoy, variant));
  return measurements;
}

function say({ rounds, connections }: Options, round: number, measured: readonly Measurement[]): void {
  const [level] = connections;
  const figures = measured
    .filter((measurement) => measurement.connections === level)
    .toSorted((one, other) => one.variant.localeCompare(other.variant))
    .map(({ variant, cpuMicrosPerRequest }) => `${variant} ${cpuMicrosPerRequest.toFixed(1)}`);
  console.log(`round ${round}/${rounds}, µs at ${level} connections: ${figures.join(', ')}`);
}

/** V8 recompiles what runs often, the last time after tens of thousands of requests: a process warms up once, then serves. */
function warmUp(envoy: PinnedEnvoy, variant: Variant, core: number): Promise<number> {
  return runLoad({ ...WARM_UP, core, url: `http://127.0.0.1:${envoy.port(variant.name)}`, request: variant.request });
}

// The Envoys end with this process, whatever ends it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof ShadowplaneError;
  process.stderr.write(`${known ? error.message : inspect(error)}\n`);
  process.exitCode = known ? error.exitCode : 1;
});
