import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { startControl } from './control.ts';
import { readAddress, readOptions } from './options.ts';
import { isVersion, ReleaseHolder } from './release.ts';
import { createOrderService } from './service.ts';

/**
 * Runs one order service: `server.ts --service v1|v2|v2-fixed --listen 127.0.0.1:8080 [--name order-v1-twin]
 * [--control-port 8091]`. Prints its addresses when it listens, or, as a worker thread, reports them to its parent. Ends on
 * SIGINT and SIGTERM.
 */
const options = readOptions({ service: 'v1', listen: '127.0.0.1:8080', name: '', 'control-port': '' });
const { service } = options;
if (!isVersion(service)) throw new TypeError(`--service is v1, v2 or v2-fixed, not ${service}`);
const name = options.name || (service === 'v1' ? 'order-v1' : 'order-v2');
const release = new ReleaseHolder(service);
const server = createOrderService({ name, version: release });
const controlPort = options['control-port'];
const control = controlPort === '' ? undefined : await startControl(release, Number(controlPort));

server.listen(readAddress(options.listen), () => {
  const listening = { address: addressOf(server), ...(control && { control: addressOf(control) }) };
  if (parentPort) parentPort.postMessage(listening);
  else console.log(`${name} listens on ${Object.values(listening).join(', its control on ')}`);
});

function addressOf(listening: Server): string {
  const { address, port } = listening.address() as AddressInfo;
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

if (!parentPort) {
  const end = (): void => {
    for (const each of [server, control]) {
      each?.close();
      each?.closeAllConnections();
    }
  };
  process.once('SIGINT', end).once('SIGTERM', end);
}
