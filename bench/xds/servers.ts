/** The servers that are compared, each a process of its own with the same control port. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Server {
  readonly pid: number;
  /** `host:port` of xDS. */
  readonly xds: string;
  setSnapshot(node: string, resources: readonly unknown[]): Promise<void>;
  /** Used memory after a garbage collection: JavaScript heap and buffers, or Go heap. */
  heapBytes(): Promise<number>;
  rssBytes(): number;
  stop(): void;
}

export interface ServerProgram {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const GO_PROGRAM = new URL('../../test/clients/go-control-plane/', import.meta.url).pathname;
const OUR_PROGRAM = new URL('./shadowplane-server.ts', import.meta.url).pathname;
const AS_PUBLISHED = new URL('./as-published.mjs', import.meta.url).href;

/** @param folder where what has to be compiled is put */
export function serverPrograms(folder: string): ServerProgram[] {
  const ours: ServerProgram = {
    name: 'shadowplane',
    command: [process.execPath, '--expose-gc', '--import', AS_PUBLISHED, OUR_PROGRAM],
  };
  try {
    const binary = join(folder, 'go-control-plane');
    execFileSync('go', ['build', '-o', binary, '.'], { cwd: GO_PROGRAM, stdio: ['ignore', 'ignore', 'pipe'] });
    return [ours, { name: 'go-control-plane', command: [binary] }];
  } catch (error) {
    process.stderr.write(`go-control-plane is left out, Go is missing or cannot build it: ${error}\n`);
    return [ours];
  }
}

export async function startServer({ name, command: [command, ...args] }: ServerProgram): Promise<Server> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${name} ended before it listened`)));
  });
  const { xds, control } = JSON.parse(line) as { xds: string; control: string };
  return {
    pid: child.pid!,
    xds,
    async setSnapshot(node, resources) {
      const body = JSON.stringify({ resources });
      const response = await fetch(`${control}/snapshots/${node}`, { method: 'PUT', body });
      if (!response.ok) throw new Error(`${name} refuses the snapshot: ${response.status} ${await response.text()}`);
    },
    async heapBytes() {
      const response = await fetch(`${control}/memory`);
      return ((await response.json()) as { heapBytes: number }).heapBytes;
    },
    rssBytes: () => 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]),
    stop() {
      process.off('exit', kill);
      kill();
    },
  };
}
