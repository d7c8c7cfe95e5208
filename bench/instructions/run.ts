/**
 * User-space instructions of Envoy for a request: `npm run bench:instructions`. Where CPU time needs a calm machine and many
 * rounds, these are the same in every run within half a percent. Installs nothing, ends what it started.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { locateEnvoy } from '../../envoy/index.ts';
import { ShadowplaneError } from '../../errors/index.ts';
import {
  type Column,
  callgrind,
  describeMachine,
  InstructionCounter,
  machineLines,
  type PinnedEnvoy,
  requireValgrind,
  startPinnedEnvoy,
  table,
} from '../support/index.ts';
import { SUITES, type Suite, type SuiteVariant } from './suites.ts';

const USAGE = `Usage: npm run bench:instructions -- [--suite ${SUITES.map(({ name }) => name).join('|')}] [--requests N] [--report]

User-space instructions of Envoy for a request, counted by valgrind (callgrind).

  --suite NAME    only this one
  --requests N    counted for each variant, twice; the lower counts (default 400)
  --report        write bench/instructions/REPORT.md`;

/** V8 compiles what runs often a second time: all of that is to be over. */
const WARM_UP_REQUESTS = 3_000;
const UNCOUNTED_REQUESTS = 40;
const REPEATS = 2;

interface Counted {
  readonly variant: SuiteVariant;
  readonly instructions: number;
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  await requireValgrind();
  const envoy = await locateEnvoy({ install: false });
  const directory = await mkdtemp(join(tmpdir(), 'shadowplane-bench-'));
  try {
    const sections: string[] = [];
    for (const suite of options.suites) {
      const own = join(directory, suite.name);
      await mkdir(own);
      const section = `## ${suite.title}\n\n${resultTable(suite, await countSuite(suite, envoy.path, own, options.requests))}`;
      console.log(`\n${section}\n`);
      sections.push(section);
    }
    if (!options.report) return;
    const command = ['npm run bench:instructions --', ...args].join(' ');
    await writeFile(new URL('REPORT.md', import.meta.url), report(sections, command, envoy.version, options.requests));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Options {
  readonly suites: readonly Suite[];
  readonly requests: number;
  readonly report: boolean;
}

function readOptions(args: readonly string[]): Options | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const suites = SUITES.filter(({ name }) => values.suite === undefined || values.suite === name);
  const requests = Number(values.requests ?? 400);
  if (suites.length === 0) {
    const known = SUITES.map(({ name }) => name).join(', ');
    throw new ShadowplaneError('USAGE', `there is no suite ${JSON.stringify(values.suite)}; there are ${known}`);
  }
  if (!Number.isInteger(requests) || requests < 1 || requests > 100_000) {
    throw new ShadowplaneError('USAGE', `--requests takes whole numbers from 1 to 100000, not "${values.requests}"`);
  }
  return { suites, requests, report: values.report ?? false };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({ args: [...args], options: { suite: text, requests: text, report: flag, help: flag } }).values;
  } catch (cause) {
    throw new ShadowplaneError('USAGE', (cause as Error).message, { cause });
  }
}

async function countSuite(suite: Suite, envoyPath: string, directory: string, requests: number): Promise<Counted[]> {
  const endings: Array<() => Promise<void>> = [];
  try {
    const backendDirectory = join(directory, 'backend');
    await mkdir(backendDirectory);
    const backend = await startPinnedEnvoy({
      path: envoyPath,
      core: 1,
      bootstrap: suite.backend,
      directory: backendDirectory,
    });
    endings.push(() => backend.stop());
    const { bootstrap, end } = await suite.prepare((listener) => backend.port(listener), directory);
    endings.push(end);
    console.log(`${suite.name}: Envoy starts under valgrind, which takes a while`);
    const under = callgrind(directory);
    const envoy = await startPinnedEnvoy({ path: envoyPath, core: 0, bootstrap, directory, under });
    endings.push(() => envoy.stop());
    return await countVariants(suite.variants, envoy, new InstructionCounter(envoy.pid, directory), requests);
  } finally {
    for (const end of endings.reverse()) await end();
  }
}

async function countVariants(
  variants: readonly SuiteVariant[],
  envoy: PinnedEnvoy,
  counter: InstructionCounter,
  requests: number,
): Promise<Counted[]> {
  const lowest = new Map<string, number>();
  const agents = new Map(variants.map(({ name }) => [name, new Agent({ keepAlive: true, maxSockets: 1 })]));
  const send = async (variant: SuiteVariant, count: number) => {
    const port = envoy.port(variant.name);
    for (let i = 0; i < count; i++) await ask(port, variant, agents.get(variant.name)!);
  };
  try {
    for (const variant of variants) {
      await send(variant, WARM_UP_REQUESTS);
      console.log(`warm: ${variant.label}`);
    }
    await counter.begin();
    for (const variant of variants) await send(variant, UNCOUNTED_REQUESTS);
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      for (const variant of variants) {
        await counter.reset();
        await send(variant, requests);
        const each = (await counter.read()) / requests;
        lowest.set(variant.name, Math.min(each, lowest.get(variant.name) ?? Number.POSITIVE_INFINITY));
        console.log(`counted: ${variant.label}: ${each.toFixed(0)}`);
      }
    }
  } finally {
    for (const agent of agents.values()) agent.destroy();
  }
  return variants.map((variant) => ({ variant, instructions: lowest.get(variant.name)! }));
}

/** @throws Error when it was not answered with success. */
function ask(port: number, { name, request }: SuiteVariant, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: request.path,
      headers: Object.fromEntries(request.headers),
      agent,
    };
    get(options, (answer) => {
      answer.resume();
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`${name} answered ${answer.statusCode}`));
      });
    }).once('error', reject);
  });
}

function resultTable({ baseline }: Suite, counted: readonly Counted[]): string {
  const base = counted.find(({ variant }) => variant.name === baseline)!;
  const columns: Column[] = [
    { title: '' },
    { title: 'instructions per request', align: 'right' },
    { title: `over "${base.variant.label}"`, align: 'right' },
    { title: 'times it', align: 'right' },
  ];
  return table(
    columns,
    counted.map(({ variant, instructions }) => [
      variant.label,
      grouped(instructions),
      variant === base.variant ? '0' : grouped(instructions - base.instructions),
      (instructions / base.instructions).toFixed(2),
    ]),
  );
}

function grouped(count: number): string {
  return (Math.round(count / 100) * 100).toLocaleString('en-GB');
}

function report(sections: readonly string[], command: string, envoyVersion: string, requests: number): string {
  return `# Instructions of Envoy for a request

User-space instructions of the whole Envoy process over the requests it answered, counted by valgrind (callgrind): ${requests} requests
a variant on one connection, twice, the lower count. The same on a busy machine as on a calm one, so small changes show; but
it knows nothing of the kernel (sockets), of caches, nor of how much a processor does at once. CPU time is in
[bench/filter](../filter/REPORT.md) and [bench/compare/cost](../compare/cost/REPORT.md), which say what the variants are.

${sections.join('\n\n')}

## The run

- Command: \`${command}\`
- Day: ${new Date().toISOString().slice(0, 10)}
${machineLines(describeMachine()).join('\n')}
- Envoy ${envoyVersion}, \`--concurrency 1\`
`;
}

// What was started ends with this process, whatever ends it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof ShadowplaneError;
  process.stderr.write(`${known ? error.message : inspect(error)}\n`);
  process.exitCode = known ? error.exitCode : 1;
});
