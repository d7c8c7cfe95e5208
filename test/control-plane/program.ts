/** A whole control plane in a process of its own that tells how much memory it uses, and can be killed. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { startControlPlane } from '../../xds-server/index.ts';

export interface RunningControlPlane {
  readonly xdsPort: number;
  readonly apiUrl: string;
  /** After a garbage collection, with what lies outside of the heap. */
  heapBytes(): Promise<number>;
  /** The most memory that was ever resident. */
  peakRssBytes(): Promise<number>;
  /** As a crash would. */
  kill(): Promise<void>;
  /** With its data directory, unless that was given. */
  close(): Promise<void>;
}

export interface ProgramOptions {
  /** Another process may have used it before. If not given, a new one. */
  readonly dataDir?: string;
  readonly policyFile?: string;
  /** URL of PostgreSQL. If not given, SQLite in the data directory. */
  readonly storeUrl?: string;
}

interface Ready {
  readonly xdsAddress: string;
  readonly apiAddress: string;
}

export async function startControlPlaneProgram(
  filterWasmPath: string,
  { dataDir, policyFile = '', storeUrl = '' }: ProgramOptions = {},
): Promise<RunningControlPlane> {
  const directory = dataDir ?? (await mkdtemp(join(tmpdir(), 'shadowplane-control-plane-')));
  const child = fork(fileURLToPath(import.meta.url), [directory, filterWasmPath, policyFile, storeUrl], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  const exited = once(child, 'exit');
  const failed = exited.then(() => Promise.reject(new Error('the control plane has ended')));
  failed.catch(() => {});
  const [ready] = (await Promise.race([once(child, 'message'), failed])) as [Ready];
  return {
    xdsPort: Number(ready.xdsAddress.split(':')[1]),
    apiUrl: `http://${ready.apiAddress}`,
    async heapBytes() {
      child.send('heap');
      const [bytes] = (await Promise.race([once(child, 'message'), failed])) as [number];
      return bytes;
    },
    async peakRssBytes() {
      const text = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1]);
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async close() {
      child.kill('SIGKILL');
      await exited;
      if (dataDir === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

async function main(dataDir: string, filterWasmPath: string, policyFile: string, storeUrl: string): Promise<void> {
  const { xdsAddress, apiAddress } = await startControlPlane({
    dataDir,
    ...(policyFile !== '' && { policyFile }),
    ...(storeUrl !== '' && { storeUrl }),
    filterWasmPath,
    xdsListen: '127.0.0.1:0',
    apiListen: '127.0.0.1:0',
    logger: pino({ level: 'silent' }),
  });
  process.on('message', () => {
    globalThis.gc!();
    const { heapUsed, external } = process.memoryUsage();
    process.send!(heapUsed + external);
  });
  process.on('disconnect', () => process.exit());
  process.send!({ xdsAddress, apiAddress } satisfies Ready);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [dataDir = '', filterWasmPath = '', policyFile = '', storeUrl = ''] = process.argv.slice(2);
  await main(dataDir, filterWasmPath, policyFile, storeUrl);
}
