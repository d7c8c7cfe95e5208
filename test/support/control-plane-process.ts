/** `shadowplane` commands as processes of their own, as users run them. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SHADOWPLANE = fileURLToPath(new URL('../../cli/shadowplane.js', import.meta.url));

/** Runs a command to its end. @returns its standard output; fails with its standard error when its exit code is not 0. */
export async function runShadowplane(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [SHADOWPLANE, ...args], {
    env: { ...process.env, ...env },
  });
  return stdout;
}

export interface ServeOptions {
  readonly policyFile: string;
  readonly dataDir: string;
  readonly xdsListen: string;
  readonly apiListen: string;
  /** Where captured answers are taken; default: nothing is captured and compared. */
  readonly captureListen?: string;
}

export interface ControlPlaneProcess {
  readonly xdsAddress: string;
  readonly apiAddress: string;
  /** Undefined when nothing is compared. */
  readonly captureAddress: string | undefined;
  /** Kills it as a crash would: it gets no chance to say goodbye. */
  kill(): Promise<void>;
}

/** `shadowplane serve` in a process, ready when this is fulfilled. */
export async function startControlPlaneProcess(options: ServeOptions): Promise<ControlPlaneProcess> {
  const { policyFile, dataDir, xdsListen, apiListen, captureListen } = options;
  const args = ['serve', '--json', '-f', policyFile, '--data-dir', dataDir];
  args.push('--xds-listen', xdsListen, '--api-listen', apiListen);
  args.push(...(captureListen === undefined ? ['--no-compare'] : ['--capture-listen', captureListen]));
  const child = spawn(process.execPath, [SHADOWPLANE, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as { event: string; api: string; xds: string; capture: string | null };
    if (event.event !== 'ready') continue;
    child.stdout.resume();
    return {
      xdsAddress: event.xds,
      apiAddress: new URL(event.api).host,
      captureAddress: event.capture ?? undefined,
      kill: async () => {
        child.kill('SIGKILL');
        await exited;
      },
    };
  }
  child.kill('SIGKILL');
  throw new Error(`shadowplane serve ended before it was ready: ${errors}`);
}
