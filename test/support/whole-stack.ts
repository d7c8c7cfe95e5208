/** `shadowplane up` as users run it, comparison included: Envoy, control plane and collector on free ports in processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { locateEnvoy } from '../../envoy/index.ts';
import { ApiClient } from './api-client.ts';
import { Cleanup } from './cleanup.ts';
import { EnvoyAdmin } from './envoy-admin.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/shadowplane.js', import.meta.url));
const PORTS = ['--envoy-listen', '--envoy-admin', '--xds-listen', '--api-listen', '--capture-listen'];

export interface WholeStack {
  /** Port of Envoy's listener. */
  readonly port: number;
  readonly api: ApiClient;
  readonly admin: EnvoyAdmin;
  readonly envoyPid: number;
  readonly envoyVersion: string;
  readonly controlPlanePid: number;
  /** With `preload` it can be sent messages. */
  readonly controlPlane: ChildProcess;
  close(): Promise<void>;
}

interface Ready {
  readonly event: string;
  readonly listen: string;
  readonly api: string;
  readonly envoyAdmin: string;
  readonly envoyPid: number;
}

export interface WholeStackOptions {
  /** A module that is loaded into the control plane first, and into each of its threads. */
  readonly preload?: URL;
}

/** @param document the policy, as an object; `listen` is chosen here. */
export async function startWholeStack(document: object, { preload }: WholeStackOptions = {}): Promise<WholeStack> {
  const cleanup = new Cleanup();
  try {
    const directory = await mkdtemp(join(tmpdir(), 'shadowplane-test-'));
    cleanup.defer(() => rm(directory, { recursive: true, force: true }));
    const file = join(directory, 'shadowplane.yaml');
    await writeFile(file, JSON.stringify({ listen: '127.0.0.1:0', ...document }));
    const args = [
      'up',
      '--json',
      '-f',
      file,
      '--envoy-concurrency',
      '2',
      ...PORTS.flatMap((flag) => [flag, '127.0.0.1:0']),
    ];
    const located = await locateEnvoy();
    const nodeOptions = preload && { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${preload.href}` };
    const env = { ...process.env, SHADOWPLANE_ENVOY: located.path, ...nodeOptions };
    const messages = preload ? (['ipc'] as const) : [];
    const child = spawn(process.execPath, [LAUNCHER, ...args], { env, stdio: ['ignore', 'pipe', 'pipe', ...messages] });
    const exited = once(child, 'exit');
    cleanup.defer(async () => {
      child.kill('SIGINT');
      await exited;
    });
    let errors = '';
    child.stderr!.on('data', (data) => {
      errors += data;
    });
    const ready = await readReady(child.stdout!);
    if (!ready) throw new Error(`shadowplane up ended before it was ready: ${errors}`);
    child.stdout!.resume();
    return {
      port: Number(new URL(`http://${ready.listen}`).port),
      api: new ApiClient(ready.api),
      admin: new EnvoyAdmin(`http://${ready.envoyAdmin}`, () => ready.envoyPid),
      envoyPid: ready.envoyPid,
      envoyVersion: located.version,
      controlPlanePid: child.pid!,
      controlPlane: child,
      close: () => cleanup.run(),
    };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function readReady(output: NodeJS.ReadableStream): Promise<Ready | undefined> {
  for await (const line of createInterface({ input: output })) {
    const event = JSON.parse(line) as Ready;
    if (event.event === 'ready') return event;
  }
  return undefined;
}
