/** The demo as users start it, on free ports in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { locateEnvoy } from '../../envoy/index.ts';
import { EnvoyAdmin } from '../support/envoy-admin.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/shadowplane.js', import.meta.url));
const PORTS = ['--envoy-listen', '--envoy-admin', '--xds-listen', '--api-listen', '--capture-listen'];

export interface Demo {
  /** Where the page is: `http://127.0.0.1:1234`. */
  readonly url: string;
  readonly admin: EnvoyAdmin;
  close(): Promise<void>;
}

export async function startDemo({ rate }: { readonly rate: number }): Promise<Demo> {
  const args = ['demo', '--json', '--rate', String(rate), ...PORTS.flatMap((flag) => [flag, '127.0.0.1:0'])];
  const env = { ...process.env, SHADOWPLANE_ENVOY: (await locateEnvoy()).path };
  const child = spawn(process.execPath, [LAUNCHER, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const close = async () => {
    child.kill('SIGINT');
    await exited;
  };
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as { event: string; api: string; envoyAdmin: string; envoyPid: number };
    if (event.event !== 'ready') continue;
    child.stdout.resume();
    return { url: event.api, admin: new EnvoyAdmin(`http://${event.envoyAdmin}`, () => event.envoyPid), close };
  }
  throw new Error(`the demo ended before it was ready: ${errors}`);
}
