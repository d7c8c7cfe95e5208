import { createServer } from 'node:net';
import { ShadowplaneError } from '../../errors/index.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export function formatHostPort({ host, port }: HostPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export interface Wanted {
  readonly address: HostPort;
  /** How another address is chosen: `--api-listen HOST:PORT`. */
  readonly by: string;
}

/**
 * Fails early, and with the name of the flag, where an address cannot be listened on. Another process may still take it
 * before we do; whoever binds it then fails with words of its own.
 *
 * @throws ShadowplaneError PORT_IN_USE
 */
export async function assertCanListen(address: HostPort, flag: string): Promise<void> {
  await assertCanListenAll([{ address, by: `${flag} HOST:PORT` }]);
}

/** The same for several, naming all that cannot be: who runs a second one meets every default of the first. */
export async function assertCanListenAll(wanted: readonly Wanted[]): Promise<void> {
  const problems = (await Promise.all(wanted.map(problemOf))).filter((problem) => problem !== undefined);
  if (problems.length === 0) return;
  const free = problems.length > 1 ? '\nPort 0 takes a free one.' : '';
  throw new ShadowplaneError('PORT_IN_USE', `${problems.join('\n')}${free}`);
}

async function problemOf({ address: { host, port }, by }: Wanted): Promise<string | undefined> {
  const code = await tryListen(host, port);
  if (code === undefined) return undefined;
  const address = formatHostPort({ host, port });
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: `${address} is taken by another process`,
    EACCES: `listening on ${address} is not allowed`,
    EADDRNOTAVAIL: `${host} is no address of this machine`,
    ENOTFOUND: `${host} cannot be resolved`,
  };
  return `${why[code] ?? `cannot listen on ${address}: ${code}`}; choose another with ${by}`;
}

export async function canListen(address: HostPort): Promise<boolean> {
  return (await tryListen(address.host, address.port)) === undefined;
}

/** A port that is free now, chosen by the system. */
export function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen({ host, port: 0 }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Answers the error code, or undefined when it worked. */
function tryListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
