/** Ports for servers. */
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Starts `server` on 127.0.0.1 and gives its port. */
export function listenOnFreePort(server: Pick<Server, 'listen' | 'address' | 'once'>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else reject(new Error(`not a TCP address: ${address}`));
    });
  });
}

/** Ends a server and whatever is still connected to it; to wait for that to end by itself may take for ever. */
export function closeWith(
  server: { close(callback: () => void): unknown },
  connections: Iterable<{ destroy(): unknown }>,
): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const connection of connections) connection.destroy();
  });
}

/** Below those that kernels give to connections and to whoever asks for any port, so that nobody takes it by chance. */
const CHOSEN_PORTS = { from: 10_240, to: 32_768 };

/** A port that nobody listens on now: for a server that has to be told its port, or a service that refuses. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(CHOSEN_PORTS.from, CHOSEN_PORTS.to);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
