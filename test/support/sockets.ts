/** Ports that the kernel chose. */
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

/** A port that nobody listens on now: for a server that has to be told its port, or a service that refuses. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnFreePort(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
