import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An Envoy with one worker, held to one core by `taskset`, on ports of its own choosing. */
export interface PinnedEnvoy {
  readonly pid: number;
  /** Port of the listener with this name. */
  port(listener: string): number;
  /** Counters and gauges whose names match the regular expression. */
  stats(pattern: string): Promise<ReadonlyMap<string, number>>;
  stop(): Promise<void>;
}

export interface PinnedEnvoyOptions {
  readonly path: string;
  readonly core: number;
  /** The whole bootstrap; its admin and its listeners should ask for port 0. */
  readonly bootstrap: object;
  /** An existing directory for its files; one Envoy a directory. */
  readonly directory: string;
  /** Command, with its arguments, that runs it and becomes its process; with it starting takes its time. */
  readonly under?: readonly string[];
}

const START_TIMEOUT_MS = 30_000;
const START_UNDER_TIMEOUT_MS = 300_000;
const POLL_MS = 50;

/** Resolves when all listeners serve. @throws Error with what Envoy said when it did not start. */
export async function startPinnedEnvoy(options: PinnedEnvoyOptions): Promise<PinnedEnvoy> {
  const config = join(options.directory, 'envoy.json');
  const adminFile = join(options.directory, 'admin');
  await writeFile(config, JSON.stringify(options.bootstrap));
  const envoy = ['-c', config, '--concurrency', '1', '--use-dynamic-base-id', '--admin-address-path', adminFile];
  const { under = [] } = options;
  const child = spawn('taskset', ['-c', String(options.core), ...under, options.path, ...envoy, '-l', 'warn'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-10_000);
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`));
  });
  let over: string | undefined;
  void ended.then((how) => {
    over = how;
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    child.kill('SIGTERM');
    const forced = setTimeout(kill, 5_000);
    await ended;
    process.off('exit', kill);
    clearTimeout(forced);
  };

  const deadline = Date.now() + (under.length > 0 ? START_UNDER_TIMEOUT_MS : START_TIMEOUT_MS);
  for (;;) {
    const admin = await readyAdmin(adminFile);
    if (admin) {
      const ports = await listenerPorts(admin);
      return {
        pid: child.pid!,
        port: (name) => ports.get(name) ?? fail(`Envoy has no listener ${name}`),
        stats: (pattern) => readStats(admin, pattern),
        stop,
      };
    }
    if (over !== undefined || Date.now() > deadline) {
      await stop();
      throw new Error(`Envoy did not start: ${over ?? 'it was not ready in time'}\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function readyAdmin(adminFile: string): Promise<string | undefined> {
  try {
    const admin = `http://${await readFile(adminFile, 'utf8')}`;
    return (await fetch(`${admin}/ready`)).status === 200 ? admin : undefined;
  } catch {
    return undefined;
  }
}

async function listenerPorts(admin: string): Promise<Map<string, number>> {
  const answer = (await (await fetch(`${admin}/listeners?format=json`)).json()) as {
    listener_statuses?: Array<{ name: string; local_address: { socket_address: { port_value: number } } }>;
  };
  const statuses = answer.listener_statuses ?? [];
  return new Map(statuses.map(({ name, local_address }) => [name, local_address.socket_address.port_value]));
}

async function readStats(admin: string, pattern: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${admin}/stats?type=All&filter=${encodeURIComponent(pattern)}`)).text();
  return new Map(
    text
      .split('\n')
      .map((line) => /^(.*): (\d+)$/.exec(line))
      .flatMap((match) => (match ? [[match[1]!, Number(match[2])] as const] : [])),
  );
}

function fail(message: string): never {
  throw new Error(message);
}
