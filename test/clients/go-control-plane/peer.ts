import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ControlPlane, remote } from '../../conformance/index.ts';

const DIRECTORY = fileURLToPath(new URL('.', import.meta.url));
const HEARTBEAT = '200ms';

export interface Peer extends ControlPlane {
  close(): Promise<void>;
}

/** Why the peer cannot be built here; undefined if it can. */
export async function missingForPeer(): Promise<string | undefined> {
  const version = await run('go', ['version'], DIRECTORY).catch(() => undefined);
  return version === undefined ? 'there is no Go on PATH' : undefined;
}

/** Builds the server program, the first time in about a minute, and starts two of it. */
export async function startPeer(): Promise<Peer> {
  const binary = join(DIRECTORY, 'build', 'go-control-plane');
  await mkdir(join(DIRECTORY, 'build'), { recursive: true });
  await run('go', ['build', '-o', binary, '.'], DIRECTORY);
  const processes = await Promise.all([start(binary), start(binary)]);
  const [first, second] = processes;
  const name = 'go-control-plane';
  return {
    ...remote(name, first!.xds, first!.control, remote(name, second!.xds, second!.control)),
    async close() {
      await Promise.all(processes.map(({ child }) => end(child)));
    },
  };
}

async function start(binary: string) {
  const child = spawn(binary, ['-heartbeat', HEARTBEAT], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the peer ended with ${code}`)));
  });
  const line = new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
  const { xds, control } = JSON.parse(await Promise.race([line, exited])) as { xds: string; control: string };
  exited.catch(() => undefined);
  return { child, xds, control };
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill();
  });
}

function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${program}: ${output}`))));
  });
}
