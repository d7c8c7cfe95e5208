import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ShadowplaneError } from '../../errors/index.ts';
import type { Context } from '../context.ts';
import { demoPolicy } from '../demo/policy.ts';
import { ADDRESS_FLAGS, type AddressName, addExamples, addOptions } from '../options.ts';
import { count } from '../output/numbers.ts';
import { readAccess } from '../stack/access.ts';
import { envoyEventText } from '../stack/envoy-events.ts';
import { createLogger } from '../stack/logger.ts';
import { createRunOutput, type RunOutput } from '../stack/output.ts';
import { assertCanListen, canListen, formatHostPort, freePort, type HostPort } from '../stack/ports.ts';
import { addDemoOptions, addEnvoyOptions, type EnvoyRunOptions, readAddress } from '../stack/run-options.ts';
import { runUntilStopped } from '../stack/run-until-stopped.ts';
import { prepareStack, type StackParts, startStack } from '../stack/start-stack.ts';
import { listenForStop, type StopSignals } from '../stack/stop-signals.ts';
import { demoHints } from '../view/demo-hints.ts';
import { type AccessLogEntry, readMirrored } from '../view/recent.ts';
import { startupLines } from '../view/startup.ts';

interface DemoOptions extends EnvoyRunOptions {
  readonly duration?: number;
  readonly rate: number;
  readonly seed: number;
}

const POLICY = new URL('../../examples/orders/shadowplane.yaml', import.meta.url);
const MAX_RECENT = 50;

/** `up` with the example services and a realistic mix of orders, so that there is something to see within seconds. */
export function demoCommand(context: Context): Command {
  const command = new Command('demo').description('up with example services and live traffic');
  addOptions(
    command,
    new Option('--duration <duration>', 'stop by itself after this long, such as 10s').argParser(readDurationMs),
    new Option('--rate <requests>', 'requests per second').default(40).argParser(positive),
    new Option('--seed <number>', 'another seed makes other orders').default(1).argParser(Number),
  );
  addDemoOptions(addEnvoyOptions(command)).action(async (options: DemoOptions) => {
    const output = createRunOutput(context, options.json === true);
    const parts = await prepareStack(options.dataDir, options.compare, context.note);
    const signals = listenForStop();
    const ends: Array<() => Promise<unknown>> = [];
    try {
      await runDemo(context, options, parts, output, signals, ends);
    } finally {
      for (const end of ends.reverse()) await end();
      output.end();
      signals.release();
    }
  });
  return addExamples(command, 'demo', 'demo --duration 10s --json', 'demo --rate 200 --seed 7');
}

async function runDemo(
  context: Context,
  options: DemoOptions,
  parts: StackParts,
  output: RunOutput,
  signals: StopSignals,
  ends: Array<() => Promise<unknown>>,
): Promise<void> {
  const { style } = context;
  const dir = await mkdtemp(join(tmpdir(), 'shadowplane-demo-'));
  ends.push(() => rm(dir, { recursive: true, force: true }));
  const addresses = await chooseAddresses(options, output);
  const { startOrdersExample, startTraffic } = await import('../../examples/orders/index.ts');
  const example = await startOrdersExample({ host: '127.0.0.1' });
  ends.push(() => example.close());
  const policyFile = join(dir, 'shadowplane.yaml');
  const listen = formatHostPort(addresses.envoyListen);
  await writeFile(policyFile, demoPolicy(await readFile(POLICY, 'utf8'), { listen, services: example.services }));

  let recent: AccessLogEntry[] = [];
  const stack = await startStack({
    policyFile,
    dataDir: options.dataDir ?? dir,
    // Everything of a demo is temporary, whatever store the environment names.
    storeUrl: undefined,
    parts,
    listen: undefined,
    admin: addresses.envoyAdmin,
    xds: addresses.xdsListen,
    api: addresses.apiListen,
    access: await readAccess(options, context.env, { api: addresses.apiListen, xds: addresses.xdsListen }),
    compare: options.compare ? { listen: addresses.captureListen } : undefined,
    concurrency: options.envoyConcurrency,
    envoyLogLevel: options.logLevel === 'debug' ? 'debug' : 'warning',
    // The view shows changes itself; the log of a demo is for what goes wrong.
    logger: await createLogger(
      options.logLevel === 'info' ? 'warn' : options.logLevel,
      output.mode === 'json' ? 'json' : 'text',
      output.log,
      style,
    ),
    stop: signals.stop,
    onEnvoyEvent: (event) => output.log(envoyEventText(event, style)),
    onAccessLog: (line) => {
      const entry = readMirrored(line);
      if (entry) recent = [...recent.slice(1 - MAX_RECENT), entry];
    },
  });
  if (!stack) return;
  const traffic = startTraffic({
    url: `http://${stack.envoy.listenerAddress}`,
    ratePerSecond: options.rate,
    seed: options.seed,
    signal: signals.stop,
  });
  for (const line of startupLines(stack, policyFile, style)) output.line(line);
  for (const { name, address, control } of example.services) {
    output.line(`  ${name.padEnd(14)} http://${address}${control ? style.dim(`  control http://${control}`) : ''}`);
  }
  output.event('ready', {
    listen: stack.envoy.listenerAddress,
    api: stack.apiUrl,
    xds: stack.xdsAddress,
    capture: stack.captureAddress ?? null,
    envoyAdmin: stack.envoy.admin.address,
    envoyPid: stack.envoy.pid,
    services: example.services,
    file: policyFile,
  });
  const hints = demoHints(stack.apiUrl, policyFile, example.services.find(({ control }) => control)?.control ?? '');
  const timer = options.duration === undefined ? undefined : setTimeout(() => signals.requestStop(), options.duration);
  await runUntilStopped(context, output, stack, signals, {
    takeRecent: () => recent.splice(0),
    linesEveryMs: 2_000,
    extraFields: () => ({ traffic: traffic.stats() }),
    footer: () => {
      const { answered, failed, latencyMs } = traffic.stats();
      const users = `Users: ${count(answered)} requests answered, ${failed} failed, median ${latencyMs.p50.toFixed(1)} ms`;
      return [failed > 0 ? style.red(users) : users, '', ...hints.map(style.dim)];
    },
  });
  clearTimeout(timer);
  const { sent, answered, failed } = await traffic.done;
  output.line(`${count(sent)} requests sent, ${count(answered)} answered, ${failed} failed`);
}

/** The usual addresses; where one is taken and was not asked for, a free port. */
async function chooseAddresses(options: DemoOptions, output: RunOutput): Promise<Record<AddressName, HostPort>> {
  const choose = async (name: AddressName): Promise<HostPort> => {
    const wanted = await readAddress(options, name);
    if (options[name] !== undefined) {
      await assertCanListen(wanted, ADDRESS_FLAGS[name]);
      return wanted;
    }
    if (await canListen(wanted)) return wanted;
    const port = await freePort(wanted.host);
    output.log(`port ${wanted.port} is taken; using ${port} instead (${ADDRESS_FLAGS[name]} to choose)`);
    return { host: wanted.host, port };
  };
  return {
    envoyListen: await choose('envoyListen'),
    envoyAdmin: await choose('envoyAdmin'),
    xdsListen: await choose('xdsListen'),
    apiListen: await choose('apiListen'),
    captureListen: await choose('captureListen'),
  };
}

function readDurationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text);
  if (!match) throw new ShadowplaneError('USAGE', `--duration ${text}: write a duration such as 10s or 2m`);
  return Number(match[1]) * { ms: 1, s: 1_000, m: 60_000 }[match[2] as 'ms' | 's' | 'm'];
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 100_000) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}
