import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ShadowplaneError } from '../../errors/index.ts';
import { type EnvoyLogLine, LOG_FORMAT, parseLogLine } from './log-line.ts';
import { WRAPPER_SCRIPT } from './wrapper.ts';

export interface EnvoyProcessOptions {
  readonly path: string;
  /** Envoy's bootstrap as JSON text. An admin port of 0 is chosen by the system and found by `adminAddress`. */
  readonly bootstrap: string;
  /** Worker threads. */
  readonly concurrency: number;
  readonly logLevel: 'warning' | 'info' | 'debug' | 'trace';
  readonly onLog: (line: EnvoyLogLine) => void;
  /** Lines on Envoy's standard output, such as an access log to stdout. */
  readonly onOutput: (line: string) => void;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}

export interface EnvoyProcess {
  readonly pid: number;
  /** Address of the admin interface of this very process, or undefined as long as it is not bound. */
  adminAddress(): Promise<string | undefined>;
  /** Resolves when the process and everything around it is gone. */
  readonly exited: Promise<EnvoyExit>;
  /** SIGTERM, and SIGKILL after the grace. */
  terminate(): void;
  /** SIGKILL now. */
  kill(): void;
}

interface EnvoyExit {
  /** 128 + signal number when a signal ended it, as in a shell. */
  readonly exitCode: number;
}

/**
 * Starts one Envoy that cannot outlive this process (see wrapper.ts). It runs in a session of its own, so that Ctrl-C in
 * the terminal reaches us alone. Hot restart is off: it would leave shared memory files behind and we never use it.
 */
export async function startEnvoyProcess(options: EnvoyProcessOptions): Promise<EnvoyProcess> {
  const runDir = await mkdtemp(join(tmpdir(), 'shadowplane-envoy-'));
  const bootstrapFile = join(runDir, 'bootstrap.json');
  const addressFile = join(runDir, `admin-${randomUUID()}`);
  await writeFile(bootstrapFile, options.bootstrap, { mode: 0o600 });
  const command = [
    options.path,
    ...['--config-path', bootstrapFile],
    ...['--admin-address-path', addressFile],
    ...['--concurrency', String(options.concurrency)],
    ...['--log-level', options.logLevel, '--log-format', LOG_FORMAT],
    ...['--file-flush-interval-msec', '1000'], // an access log in a file can be followed; Envoy's default is 10 s
    '--disable-hot-restart',
  ];
  const graceTenths = Math.max(1, Math.round(options.graceMs / 100));
  const wrapper = spawn(
    '/bin/sh',
    ['-c', WRAPPER_SCRIPT, 'shadowplane-envoy', runDir, String(graceTenths), ...command],
    {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    },
  );
  const exited = new Promise<EnvoyExit>((resolve) => {
    wrapper.on('close', (code) => {
      rmSync(runDir, { recursive: true, force: true }); // the wrapper did, unless it was killed
      resolve({ exitCode: code ?? 137 });
    });
  });
  wrapper.on('exit', () => killGroup(wrapper.pid));
  wrapper.stdin.on('error', () => {}); // it is gone already
  createInterface({ input: wrapper.stdout }).on('line', options.onOutput);
  createInterface({ input: wrapper.stderr }).on('line', (line) => options.onLog(parseLogLine(line)));
  const pid = await readPid(wrapper.stdio[3] as Readable, wrapper);
  return {
    pid,
    exited,
    async adminAddress() {
      const address = await readFile(addressFile, 'utf8').catch(() => '');
      return address.trim() || undefined;
    },
    terminate: () => wrapper.stdin.end(),
    kill: () => void wrapper.kill('SIGUSR1'),
  };
}

function readPid(from: Readable, wrapper: NodeJS.EventEmitter): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (cause?: unknown) =>
      reject(new ShadowplaneError('ENVOY_FAILED', 'the process around Envoy could not be started', { cause }));
    wrapper.once('error', failed);
    from.once('end', failed);
    from.setEncoding('utf8').once('data', (text: string) => resolve(Number(text.trim())));
  });
}

/** The wrapper leads a process group that Envoy is in; the group outlives its leader. */
function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {} // nobody is left in it
}
