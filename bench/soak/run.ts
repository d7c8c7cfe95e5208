/** The demo under load for minutes: `npm run soak`. Installs nothing, ends what it started; exit code 1 when a promise fails. */
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTraffic } from '../../examples/orders/index.ts';
import { eventually } from '../../test/support/index.ts';
import { busyBetween, describeMachine, readTicks } from '../support/index.ts';
import { type DemoStack, startDemoStack } from './demo-stack.ts';
import { type Balance, balanceOf, type MemorySample } from './figures.ts';
import { findRate } from './find-rate.ts';
import { liveMiB } from './live-memory.ts';
import { memoryChart } from './memory-chart.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { figures, markdownReport, type SoakResult, verdictLines, verdicts } from './report.ts';

const SAMPLE_EVERY_MS = 2_000;
/** Seldom, because it collects garbage, which a process that nobody asks puts off. */
const LIVE_EVERY_MS = 30_000;
/** A copy whose other half never comes waits 30 s; Envoy's statistics come every few seconds. */
const SETTLED_WITHIN_MS = 60_000;

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  const stack = await startDemoStack(options.sample);
  try {
    const result = await soak(stack, options);
    console.log(`\n${verdictLines(result).join('\n')}\n\n${figures(result)}`);
    if (verdicts(result).some(({ holds }) => holds === false)) process.exitCode = 1;
    if (!options.report) return;
    const facts = {
      machine: describeMachine(),
      envoyVersion: stack.envoyVersion,
      sample: options.sample,
      day: new Date().toISOString().slice(0, 10),
    };
    await writeFile(new URL('REPORT.md', import.meta.url), markdownReport(result, facts));
    await writeFile(new URL('memory.svg', import.meta.url), memoryChart('Memory under load', result.samples));
  } finally {
    await stack.close();
  }
}

async function soak(stack: DemoStack, { minutes, rate, seed }: Options): Promise<SoakResult> {
  const ratePerSecond = rate === 'auto' ? (await findRate(stack.url, console.log)).perSecond : rate;
  console.log(`${ratePerSecond} requests a second for ${minutes} minutes`);
  const stop = new AbortController();
  const traffic = startTraffic({ url: stack.url, ratePerSecond, seed, signal: stop.signal });
  const startedMs = performance.now();
  const before = readTicks();
  let nodeLiveMiB = await liveMiB(stack.controlPlane);
  let askedMs = performance.now();
  const samples: MemorySample[] = [await sampleMemory(stack, 0, nodeLiveMiB)];
  while (performance.now() - startedMs < minutes * 60_000) {
    await sleep(SAMPLE_EVERY_MS);
    if (performance.now() - askedMs >= LIVE_EVERY_MS) {
      nodeLiveMiB = await liveMiB(stack.controlPlane);
      askedMs = performance.now();
    }
    samples.push(await sampleMemory(stack, performance.now() - startedMs, nodeLiveMiB));
  }
  const busyShare = busyBetween(before, readTicks());
  stop.abort();
  const stats = await traffic.done;
  return { minutes, ratePerSecond, busyShare, samples, traffic: stats, balance: await settledBalance(stack) };
}

async function sampleMemory(stack: DemoStack, atMs: number, nodeLiveMiB: number): Promise<MemorySample> {
  const { admin, envoyPid, controlPlanePid } = stack;
  const [envoyMiB, nodeMiB, memory] = await Promise.all([
    residentMiB(envoyPid),
    residentMiB(controlPlanePid),
    admin.get('/memory'),
  ]);
  const { allocated } = JSON.parse(memory) as { allocated: string };
  return { atMs, envoyLiveMiB: Number(allocated) / 1_048_576, envoyMiB, nodeLiveMiB, nodeMiB };
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}

/** When every copy has ended; if some never do, what there is in the end. */
async function settledBalance({ admin, api }: DemoStack): Promise<Balance> {
  const now = async () => {
    const copies = await admin.sum(
      /^cluster\.orders\/candidate\/.*\.upstream_rq_(total|pending_overflow|active_overflow|pending_failure_eject)$/,
    );
    return balanceOf(copies, (await api.get('/mirrors/orders/verdict')) as unknown as Parameters<typeof balanceOf>[1]);
  };
  const isSettled = ({ unexplained, mirrored, copies }: Balance) =>
    unexplained === 0 && (mirrored ?? copies) === copies;
  const settled = await eventually(
    async () => {
      const balance = await now();
      return isSettled(balance) ? balance : undefined;
    },
    { timeoutMs: SETTLED_WITHIN_MS, intervalMs: 500 },
  ).catch(() => undefined);
  return settled ?? now();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
