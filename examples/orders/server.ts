import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';
import type { VersionName } from './core/versions.ts';
import { readAddress, readOptions } from './options.ts';
import { createOrderService } from './service.ts';

/**
 * Runs one order service: `server.ts --service v1|v2 --listen 127.0.0.1:8080 [--name order-v1-twin]`. Prints its address
 * when it listens, or, as a worker thread, reports it to its parent. Ends on SIGINT and SIGTERM.
 */
const options = readOptions({ service: 'v1', listen: '127.0.0.1:8080', name: '' });
if (options.service !== 'v1' && options.service !== 'v2') {
  throw new TypeError(`--service is v1 or v2, not ${options.service}`);
}
const version: VersionName = options.service;
const name = options.name || `order-${version}`;
const server = createOrderService({ name, version });

server.listen(readAddress(options.listen), () => {
  const { address, port } = server.address() as AddressInfo;
  const listening = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  if (parentPort) parentPort.postMessage({ address: listening });
  else console.log(`${name} listens on ${listening}`);
});

if (!parentPort) {
  const end = (): void => {
    server.close();
    server.closeAllConnections();
  };
  process.once('SIGINT', end).once('SIGTERM', end);
}
