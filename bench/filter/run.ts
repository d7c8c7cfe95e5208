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
  type PinnedEnvoy,
  type Random,
  requireTools,
  runLoad,
  seededRandom,
  shuffled,
  startPinnedEnvoy,
  waitForCalm,
} from '../support/index.ts';
import { backendBootstrap, type Modules, measuredBootstrap } from './bootstrap.ts';
import { buildEmptyModule } from './build-empty.ts';
import { type Figures, type Measurement, measure } from './measure.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { chart, findings, markdownReport, tables } from './report.ts';
import { summarize } from './summary.ts';
import { BASELINE, PLAIN, VARIANTS, type Variant } from './variants.ts';

/** Envoy CPU per request with and without the filter: `npm run bench:filter`. Installs nothing and cleans up after itself. */

const WARM_UP = { connections: 32, seconds: 4 };
const CALM = { busyShare: 0.1, atMostMs: 5_000 };
/** Beyond this share of time without its core, a measurement is repeated. */
const DISTURBED = 0.05;
const ATTEMPTS = 3;
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
    let measured: PinnedEnvoy | undefined;
    try {
      for (let round = 1; round <= options.rounds && (round === 1 || performance.now() < endAt); round += 1) {
        if (round === 1 || startsEnvoy(round, options)) {
          await measured?.stop();
          const own = join(directory, `envoy-${round}`);
          await mkdir(own);
          measured = await startPinnedEnvoy({ path: envoyPath, core: options.envoyCore, bootstrap, directory: own });
          for (const variant of variants) await warmUp(measured, variant, options.loadCore);
        }
        measurements.push(...(await measureRound(options, variants, measured!, round, random)));
      }
    } finally {
      await measured?.stop();
    }
  } finally {
    await backend.stop();
  }
  return measurements;
}

async function measureRound(
  options: Options,
  variants: readonly Variant[],
  envoy: PinnedEnvoy,
  round: number,
  random: Random,
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const connections of shuffled(options.connections, random)) {
    for (const variant of shuffled(variants, random)) {
      const load = { core: options.loadCore, connections, seconds: options.seconds };
      const figures = await measureCalmly(envoy, variant, load);
      measurements.push({ variant: variant.name, connections, round, ...figures });
      const { cpuMicrosPerRequest, disturbance } = figures;
      console.log(
        [
          `round ${round}/${options.rounds}`,
          `${connections} connections`.padStart(17),
          variant.name.padEnd(12),
          `${cpuMicrosPerRequest.toFixed(2)} µs`.padStart(10),
          `${figures.requests} requests`.padStart(15),
          `${(disturbance * 100).toFixed(0)}% disturbed`.padStart(14),
        ].join('  '),
      );
    }
  }
  return measurements;
}

/**
 * In a calm moment if there is one. Once more when other work got in the way after all; of several, the measurement that
 * it got in the way of least.
 */
async function measureCalmly(...what: Parameters<typeof measure>): Promise<Figures> {
  let best: Figures | undefined;
  for (let attempt = 0; attempt < ATTEMPTS && (best?.disturbance ?? 1) > DISTURBED; attempt += 1) {
    await waitForCalm(CALM);
    const figures = await measure(...what);
    if (figures.disturbance < (best?.disturbance ?? Number.POSITIVE_INFINITY)) best = figures;
  }
  return best!;
}

/** A new process has its memory laid out anew, which alone moves figures by some percent: rounds average over it. */
function startsEnvoy(round: number, { rounds, envoys }: Options): boolean {
  const envoyOf = (at: number) => Math.floor(((at - 1) * envoys) / rounds);
  return envoyOf(round) !== envoyOf(round - 1);
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
