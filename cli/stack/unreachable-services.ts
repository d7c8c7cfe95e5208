import { connect } from 'node:net';
import type { Policy } from '../../xds-server/policy/index.ts';
import { formatHostPort } from './ports.ts';

/** Longer than a connection on one machine or in one network takes. */
const TIMEOUT_MS = 2_000;
const MOST_LINES = 10;

const WHY: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name is not resolved',
  ETIMEDOUT: `no answer within ${TIMEOUT_MS / 1_000} s`,
};

/**
 * A line for each address of the policy's services that takes no connection from here, where Envoy runs, too. A port that was
 * mistyped is seen at the start, instead of as copies that fail, or as 503 for users.
 */
export async function unreachableServices(policy: Pick<Policy, 'services' | 'mirrors' | 'default'>): Promise<string[]> {
  const { services, mirrors } = policy;
  const serving = new Set([policy.default, ...mirrors.map(({ primary }) => primary)]);
  const tried = await Promise.all(
    services
      .flatMap(({ name, addresses }) => addresses.map((address) => ({ name, address })))
      .map(async ({ name, address }) => {
        const code = await tryConnect(address.host, address.port);
        if (code === undefined) return [];
        const harm = serving.has(name) ? 'its users get 503' : 'copies to it fail';
        return [`${name} cannot be reached at ${formatHostPort(address)}: ${WHY[code] ?? code}; until it can, ${harm}`];
      }),
  );
  const lines = tried.flat();
  const more = lines.length > MOST_LINES ? [`and ${lines.length - MOST_LINES} more addresses of services`] : [];
  return [...lines.slice(0, MOST_LINES), ...more];
}

function tryConnect(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const end = (code: string | undefined) => {
      socket.destroy();
      resolve(code);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('ETIMEDOUT'));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // A name with several addresses fails once for each.
      const first = error instanceof AggregateError ? error.errors[0] : error;
      end(first?.code ?? error.message);
    });
  });
}
