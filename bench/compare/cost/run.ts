/** Envoy CPU per mirrored request and CPU of the comparison: `npm run bench:cost`. Installs nothing, ends what it started. */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { locateEnvoy } from '../../../envoy/index.ts';
import { ShadowplaneError } from '../../../errors/index.ts';
import { ensureFilter } from '../../../filter/index.ts';
import {
  checkAnswered,
  describeMachine,
  type Lane,
  nextEnvoy,
  openLane,
  type PinnedEnvoy,
  type Random,
  readLaneCounters,
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
import { type EnvoyMeasurement, measureEnvoy, type Watched } from './measure-envoy.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { findingLines, markdownReport, tables } from './report.ts';
import { summarize } from './summary.ts';
import { REQUEST, VARIANTS, type Variant } from './variants.ts';

const WARM_UP_SECONDS = 3;
/** After the warm-up: what of it is still under way. */
const SETTLE_MS = 1_000;
const CALM = { busyShare: 0.1, atMostMs: 5_000 };

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
    for (let first = 1; first <= options.rounds && (first === 1 || performance.now() < endAt); ) {
      const envoy = await start(`envoy-${first}`, envoyCore, bootstrap);
      try {
        const next = nextEnvoy(first, options);
        const watched = { envoy, extProc, collector };
        measured.push(...(await measureRounds(options, variants, watched, { first, next, endAt }, random)));
        first = next;
      } finally {
        await envoy.stop();
      }
    }
    for (let round = 1; round <= options.comparisons; round += 1) {
      for (const feed of shuffled(FEEDS, random)) {
        await waitForCalm(CALM);
        const figures = await measureComparison(feed, options.pairs);
        compared.push({ feed: feed.name, round, ...figures });
        const [micros, rate] = [figures.cpuMicrosPerPair.toFixed(1), figures.pairsPerSecond.toFixed(0)];
        console.log(
          `${round}/${options.comparisons} ${feed.name.padEnd(16)} ${micros.padStart(6)} µs, ${rate} pairs/s`,
        );
      }
    }
  } finally {
    for (const end of endings.reverse()) await end();
  }
  return [measured, compared];
}

/** The rounds that one Envoy serves, from `first` until before `next`, or until time is up. */
async function measureRounds(
  options: Options,
  variants: readonly Variant[],
  watched: Watched,
  { first, next, endAt }: { readonly first: number; readonly next: number; readonly endAt: number },
  random: Random,
): Promise<EnvoyMeasurement[]> {
  const { envoy } = watched;
  const { loadCore: core, connections } = options;
  const measured: EnvoyMeasurement[] = [];
  const lanes: Array<{ readonly variant: Variant; readonly lane: Lane }> = [];
  try {
    for (const variant of variants) await warmUp(envoy, variant, core);
    for (const variant of variants) {
      lanes.push({ variant, lane: await openLane(envoy, variant.name, { core, connections, request: REQUEST }) });
    }
    await sleep(SETTLE_MS);
    for (let round = first; round < next && (round === first || performance.now() < endAt); round += 1) {
      for (const { variant, lane } of shuffled(lanes, random)) {
        const figures = await measureEnvoy(watched, variant, lane, options.sliceMs);
        measured.push({ variant: variant.name, round, ...figures });
      }
      say(options, round, measured.slice(-lanes.length));
    }
  } finally {
    for (const { lane } of lanes) await lane.load.end();
  }
  for (const { name } of variants) checkAnswered(name, await readLaneCounters(envoy, name));
  return measured;
}

/** V8 recompiles what runs often: a process warms up once, then serves. */
function warmUp(envoy: PinnedEnvoy, { name }: Variant, core: number): Promise<number> {
  const url = `http://127.0.0.1:${envoy.port(name)}`;
  return runLoad({ core, connections: 32, seconds: WARM_UP_SECONDS, url, request: REQUEST });
}

function say({ rounds }: Options, round: number, measured: readonly EnvoyMeasurement[]): void {
  const figures = measured
    .toSorted((one, other) => one.variant.localeCompare(other.variant))
    .map(({ variant, cpuMicrosPerRequest }) => `${variant} ${cpuMicrosPerRequest.toFixed(0)}`);
  console.log(`round ${round}/${rounds}, µs: ${figures.join(', ')}`);
}

// What was started ends with this process, whatever ends it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof ShadowplaneError;
  process.stderr.write(`${known ? error.message : inspect(error)}\n`);
  process.exitCode = known ? error.exitCode : 1;
});
