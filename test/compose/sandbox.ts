/**
 * Runs docker-compose.yml for real on a Linux machine that has root but no Docker engine, by a tool that stands beside
 * the checkout (or where SHADOWPLANE_DOCKER_SANDBOX says): an engine in namespaces of its own, with stand-ins of the base
 * images under their real names. One user at a time; whatever it has started ends with `close`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

export const ROOT = join(import.meta.dirname, '..', '..');
const TOOL = process.env.SHADOWPLANE_DOCKER_SANDBOX ?? join(ROOT, '..', 'shared', 'tools', 'docker-sandbox');
const STATE = process.env.DOCKER_SANDBOX_DIR ?? '/var/tmp/docker-sandbox';
const ENVIRONMENT = { ...process.env, DOCKER_SANDBOX_DIR: STATE, COMPOSE_PROJECT_NAME: 'shadowplane-test' };

/** Why the sandbox cannot run here; undefined when it can. */
export function whyNoSandbox(): string | undefined {
  if (process.platform !== 'linux') return `it needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'it needs root';
  if (!existsSync(TOOL)) return `there is no ${TOOL}`;
  try {
    execFileSync('unshare', ['--net', '--mount', 'true'], { stdio: 'ignore' });
  } catch {
    return 'this machine allows no namespaces of its own';
  }
  return undefined;
}

export interface Sandbox {
  /** `docker-compose` with these arguments; answers its standard output. */
  compose(...args: string[]): Promise<string>;
  build(): Promise<void>;
  up(...services: string[]): Promise<void>;
  /** Runs a program of this machine inside the sandbox's network. */
  exec(command: readonly string[], input?: string): Promise<string>;
  /** Removes containers and volumes and stops the engine; images stay for the next time. */
  close(): Promise<void>;
}

export async function openSandbox(): Promise<Sandbox> {
  const tool = (args: readonly string[], input?: string): Promise<string> =>
    runProgram('bash', [TOOL, ...args], { cwd: ROOT, env: ENVIRONMENT, ...(input !== undefined && { input }) });
  mkdirSync(STATE, { recursive: true });
  const unlock = await lock(`${STATE}.lock`);
  const close = async (): Promise<void> => {
    try {
      await tool(['compose', 'down', '--volumes', '--timeout', '5']);
    } finally {
      await tool(['stop']);
      unlock();
    }
  };
  try {
    await provideNode();
    await tool(['start']);
  } catch (error) {
    await tool(['stop']);
    unlock();
    throw error;
  }
  return {
    compose: (...args) => tool(['compose', ...args]),
    build: async () => void (await tool(['build'])),
    up: async (...services) => void (await tool(['up', ...services])),
    exec: (command, input) => tool(['exec', ...command], input),
    close,
  };
}

/**
 * Puts the binaries of Node where the tool looks for them first. Left to itself it asks npm with an option that newer
 * versions of npm refuse. Nothing of ours uses Node 20 in an image, there the tool may take this machine's.
 */
async function provideNode(): Promise<void> {
  const folder = join(STATE, 'node22');
  mkdirSync(join(STATE, 'node20', 'node_modules'), { recursive: true });
  if (existsSync(join(folder, 'node'))) return;
  mkdirSync(folder, { recursive: true });
  const name = `node-linux-${process.arch}@22`;
  await runProgram('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', name], {
    cwd: folder,
  });
}

/** Waits for its turn. The lock goes with the process that holds it, however it ends. */
function lock(file: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const holder = spawn('flock', [file, 'sh', '-c', 'echo locked; cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    holder.on('error', reject);
    holder.stdout.once('data', () => resolve(() => holder.stdin.end()));
  });
}
