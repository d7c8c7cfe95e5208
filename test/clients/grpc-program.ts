/** gRPC programs in processes of their own, which find their backend by our xDS server. */
import { type ExecFileSyncOptions, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type Command = readonly [string, ...string[]];

export interface GrpcProgram {
  /** Makes a call; gives the answer of the backend, or `failed: ...`. */
  call(): Promise<string>;
  stop(): void;
}

const GRPCIO = 'grpcio==1.76.0';
/** Kept between runs; ignored by git. */
const PYTHON_FOLDER = join(import.meta.dirname, '../../.shadowplane/python-grpcio');

export const NODE_PROGRAM: Command = [
  process.execPath,
  '--import',
  'tsx',
  fileURLToPath(new URL('./grpc-js-client.ts', import.meta.url)),
];

/** Undefined, and said why, where there is no Python or pip cannot install gRPC. */
export function pythonProgram(): Command | undefined {
  const python = join(PYTHON_FOLDER, 'bin/python');
  const options: ExecFileSyncOptions = { stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 };
  try {
    if (!existsSync(join(PYTHON_FOLDER, 'complete'))) {
      execFileSync('python3', ['-m', 'venv', PYTHON_FOLDER], options);
      execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--only-binary=:all:', GRPCIO], options);
      mkdirSync(join(PYTHON_FOLDER, 'complete'));
    }
    return [python, join(import.meta.dirname, 'grpc_client.py')];
  } catch (error) {
    rmSync(PYTHON_FOLDER, { recursive: true, force: true });
    process.stderr.write(`Python's grpcio is skipped: ${String(error).slice(0, 1000)}\n`);
    return undefined;
  }
}

/** @param xdsAddress `host:port` */
export function startGrpcProgram([command, ...args]: Command, xdsAddress: string, nodeId: string): GrpcProgram {
  const bootstrap = {
    xds_servers: [{ server_uri: xdsAddress, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] }],
    // grpc-js refuses a node without a locality.
    node: { id: nodeId, locality: { region: 'here', zone: 'here' } },
  };
  const child = spawn(command, args, {
    env: {
      ...process.env,
      GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(bootstrap),
      // While no call is under way, gRPC's C core looks for news from xDS only this often; 5 s by itself.
      GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS: '100',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting: Array<(line: string) => void> = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  const ended = new Promise<never>((_, reject) => child.once('exit', () => reject(new Error(`${command} ended`))));
  ended.catch(() => undefined);
  return {
    call() {
      const answer = new Promise<string>((resolve) => waiting.push(resolve));
      child.stdin.write('\n');
      return Promise.race([answer, ended]);
    },
    stop: () => child.kill('SIGKILL'),
  };
}
