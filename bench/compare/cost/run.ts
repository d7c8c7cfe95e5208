/** Envoy CPU per mirrored request and CPU of the comparison: `npm run bench:cost`. Installs nothing, ends what it started. */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { locateEnvoy } from '../../../envoy/index.ts';
import { ShadowplaneError } from '../../../errors/index.ts';
import { ensureFilter } from '../../../filter/index.ts';
import {
  describeMachine,
  type PinnedEnvoy,
  requireTools,
  runLoad,
  seededRandom,
  shuffled,
  startBenchProcess,
  startPinnedEnvoy,
  waitForCalm,
} from '../../support/index.ts';
import { backendBootstrap, backendName, measuredBootstrap } from './bootstrap.ts';
import { bodyBytes, type ComparisonMeasurement, FEEDS, measureComparison } from './measure-comparison.ts';
import { type EnvoyMeasurement, measureEnvoy } from './measure-envoy.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { findingLines, markdownReport, tables } from './report.ts';
import { summarize } from './summary.ts';
import { REQUEST, VARIANTS, type Variant } from './variants.ts';

const WARM_UP_SECONDS = 3;
const CALM = { busyShare: 0.1, atMostMs: 5_000 };
/** Beyond this share of time without its core, a measurement is repeated. */
const DISTURBED = 0.05;
const ATTEMPTS = 3;

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  const variants = chosenVariants(options.variants);
  if (options.envoyCore === options.loadCore || availableParallelism() < 2) {
    throw new ShadowplaneError('USAGE', 'Envoy and its load need a core each');
  }
  await requireTools();
  const envoy = await locateEnvoy({ install: false });
  const directory = await mkdtemp(join(tmpdir(), 'shadowplane-bench-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  try {
    const [measured, compared] = await measureAll(options, variants, envoy.path, directory);
    const summary = summarize(measured, compared);
    console.log(`\n${tables(summary)}\n\n${findingLines(summary).join('\n')}`);
    if (!options.report) return;
    const facts = {
      machine: describeMachine(),
      envoyVersion: envoy.version,
      options,
      rounds: Math.max(...measured.map(({ round }) => round)),
      command: ['npm run bench:cost --', ...args].join(' '),
      requests: measured.reduce((sum, { requests }) => sum + requests, 0),
      pairBytes: bodyBytes(),
      disturbances: measured.map(({ disturbance }) => disturbance),
      day: new Date().toISOString().slice(0, 10),
    };
    await writeFile(new URL('REPORT.md', import.meta.url), markdownReport(summary, facts));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Those named, and what their size is compared with. */
function chosenVariants(names: readonly string[]): readonly Variant[] {
  const unknown = names.find((name) => !VARIANTS.some((variant) => variant.name === name));
  if (unknown !== undefined) {
    const known = VARIANTS.map(({ name }) => name).join(', ');
    throw new ShadowplaneError('USAGE', `there is no variant ${JSON.stringify(unknown)}; there are ${known}`);
  }
  if (names.length === 0) return VARIANTS;
  const sizes = new Set(VARIANTS.filter(({ name }) => names.includes(name)).map((variant) => variant.bodyBytes));
  return VARIANTS.filter(
    ({ name, kind, bodyBytes }) => names.includes(name) || (kind === 'native' && sizes.has(bodyBytes)),
  );
}

async function measureAll(
  options: Options,
  variants: readonly Variant[],
  envoyPath: string,
  directory: string,
): Promise<[EnvoyMeasurement[], ComparisonMeasurement[]]> {
  const { envoyCore, loadCore } = options;
  const random = seededRandom(options.seed);
  const modules = { select: await ensureFilter(), capture: await ensureFilter('filter-capture.wasm') };
  const measured: EnvoyMeasurement[] = [];
  const compared: ComparisonMeasurement[] = [];
  const endings: Array<() => Promise<void>> = [];
  try {
    const collector = await startBenchProcess(new URL('./collector-process.ts', import.meta.url), loadCore);
    endings.push(() => collector.stop());
    const extProc = await startBenchProcess(new URL('./ext-proc-process.ts', import.meta.url), loadCore);
    endings.push(() => extProc.stop());
    const start = async (name: string, core: number, bootstrap: object): Promise<PinnedEnvoy> => {
      const own = join(directory, name);
      await mkdir(own);
      return startPinnedEnvoy({ path: envoyPath, core, bootstrap, directory: own });
    };
    const backend = await start('backend', loadCore, backendBootstrap());
    endings.push(() => backend.stop());
    const bootstrap = measuredBootstrap(variants, modules, {
      backendPort: (bytes, differing) => backend.port(backendName(bytes, differing)),
      collector: collector.address,
      extProc: extProc.address,
    });
    const endAt = performance.now() + options.minutes * 60_000;
    let envoy: PinnedEnvoy | undefined;
    endings.push(async () => envoy?.stop());
    for (let round = 1; round <= options.rounds && (round === 1 || performance.now() < endAt); round += 1) {
      if (startsEnvoy(round, options)) {
        await envoy?.stop();
        envoy = await start(`envoy-${round}`, envoyCore, bootstrap);
        for (const variant of variants) await warmUp(envoy, variant, loadCore);
      }
      const watched = { envoy: envoy!, extProc, collector };
      for (const variant of shuffled(variants, random)) {
        const figures = await measureCalmly(watched, variant, options);
        measured.push({ variant: variant.name, round, ...figures });
        say(round, options, variant.name, figures.cpuMicrosPerRequest, `${figures.requests} requests`);
      }
      for (const feed of shuffled(FEEDS, random)) {
        await waitForCalm(CALM);
        const figures = await measureComparison(feed, options.pairs);
        compared.push({ feed: feed.name, round, ...figures });
        say(round, options, feed.name, figures.cpuMicrosPerPair, `${figures.pairsPerSecond.toFixed(0)} pairs/s`);
      }
    }
  } finally {
    for (const end of endings.reverse()) await end();
  }
  return [measured, compared];
}

type Figures = Omit<EnvoyMeasurement, 'variant' | 'round'>;

/** In a calm moment if there is one; of several attempts the one that other work got in the way of least. */
async function measureCalmly(
  watched: Parameters<typeof measureEnvoy>[0],
  variant: Variant,
  { loadCore, connections, seconds }: Options,
): Promise<Figures> {
  let best: Figures | undefined;
  for (let attempt = 0; attempt < ATTEMPTS && (best?.disturbance ?? 1) > DISTURBED; attempt += 1) {
    await waitForCalm(CALM);
    const figures = await measureEnvoy(watched, variant, { core: loadCore, connections, seconds });
    if (figures.disturbance < (best?.disturbance ?? Number.POSITIVE_INFINITY)) best = figures;
  }
  return best!;
}

/** A new process has its memory laid out anew, which alone moves figures by some percent: rounds average over it. */
function startsEnvoy(round: number, { rounds, envoys }: Options): boolean {
  const envoyOf = (at: number) => Math.floor(((at - 1) * envoys) / rounds);
  return round === 1 || envoyOf(round) !== envoyOf(round - 1);
}

/** V8 recompiles what runs often: a process warms up once, then serves. */
function warmUp(envoy: PinnedEnvoy, { name }: Variant, core: number): Promise<number> {
  const url = `http://127.0.0.1:${envoy.port(name)}`;
  return runLoad({ core, connections: 32, seconds: WARM_UP_SECONDS, url, request: REQUEST });
}

function say(round: number, { rounds }: Options, what: string, micros: number, more: string): void {
  console.log(`round ${round}/${rounds}  ${what.padEnd(22)} ${`${micros.toFixed(1)} µs`.padStart(10)}  ${more}`);
}

// What was started ends with this process, whatever ends it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof ShadowplaneError;
  process.stderr.write(`${known ? error.message : inspect(error)}\n`);
  process.exitCode = known ? error.exitCode : 1;
});
