import { execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../test/support/sockets.ts';

export interface TestPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

const DEBIAN_DIRECTORY = '/usr/lib/postgresql';

/** Where this machine has PostgreSQL's server programs; undefined when it has none that can be run. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN_DIRECTORY) ? readdirSync(DEBIAN_DIRECTORY).sort().reverse() : [];
  const directories = [
    ...versions.map((version) => join(DEBIAN_DIRECTORY, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  const found = directories.find((directory) => existsSync(join(directory, 'initdb')));
  return isRoot() && !postgresUser() ? undefined : found;
}

/** A PostgreSQL of its own on a free port of loopback; gone with its data when stopped. */
export async function startPostgres(binaries: string): Promise<TestPostgres> {
  const directory = mkdtempSync(join(tmpdir(), 'shadowplane-postgres-'));
  // PostgreSQL refuses to run as root.
  const user = isRoot() ? postgresUser()! : {};
  if (user.uid !== undefined) chownSync(directory, user.uid, user.gid!);
  const data = join(directory, 'data');
  const initdb = ['-D', data, '-U', 'shadowplane', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'];
  execFileSync(join(binaries, 'initdb'), initdb, { stdio: 'ignore', cwd: directory, ...user });
  const port = await freePort();
  const settings = ['fsync=off', 'unix_socket_directories=', 'listen_addresses=127.0.0.1', 'shared_buffers=16MB'];
  const options: SpawnOptions = { stdio: ['ignore', 'ignore', 'pipe'], cwd: directory, ...user };
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    options,
  );
  const ended = once(server, 'exit');
  const stop = async () => {
    if (server.exitCode === null) server.kill('SIGINT');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  let log = '';
  for await (const text of server.stderr!) {
    log += text;
    if (log.includes('ready to accept connections')) {
      return { url: `postgres://shadowplane@127.0.0.1:${port}/postgres`, stop };
    }
  }
  await stop();
  throw new Error(`PostgreSQL did not start:\n${log}`);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function postgresUser(): { readonly uid?: number; readonly gid?: number } | undefined {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}
