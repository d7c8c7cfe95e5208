/** How long a copy waits for a connection to its service is told apart from how long the service takes. */
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  Cleanup,
  listenOnFreePort,
  RawConnection,
  startCollector,
  startHttp1Upstream,
  startStack,
} from '../support/index.ts';
import { selfSigned } from './certificate.ts';

/** Long for a machine that is busy, so that what is not this wait is told from it. */
const HANDSHAKE_MS = 1_000;
const ANSWER_MS = 20;

let cleanup: Cleanup;
beforeEach(() => {
  cleanup = new Cleanup();
});
afterEach(() => cleanup.run());

/** A service over TLS that lets each connection wait before its handshake. */
async function startSlowHandshakes(): Promise<string> {
  const { certificatePem, privateKeyPem } = selfSigned('order.example');
  const server = createTlsServer({ cert: certificatePem, key: privateKeyPem }, (_, answer) => {
    setTimeout(() => answer.end('{}'), ANSWER_MS);
  });
  const port = await listenOnFreePort(server);
  const front = createServer((incoming) => {
    incoming.on('error', () => {});
    setTimeout(() => {
      const onward = connect(port, '127.0.0.1');
      onward.on('error', () => incoming.destroy());
      incoming
        .on('close', () => onward.destroy())
        .pipe(onward)
        .pipe(incoming);
    }, HANDSHAKE_MS);
  });
  await listenOnFreePort(front);
  cleanup.defer(() => void front.close());
  cleanup.defer(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return `127.0.0.1:${(front.address() as AddressInfo).port}`;
}

test('a copy that waits for a new connection has waited; the next one on it has not', async () => {
  const collector = cleanup.add(await startCollector());
  const primary = cleanup.add(await startHttp1Upstream({ name: 'v1' }));
  const tls = { serverName: 'order.example', insecure: true };
  const v2 = { address: await startSlowHandshakes(), connectTimeout: '20s', tls };
  const document = {
    default: 'v1',
    services: { v1: { address: primary.address }, v2 },
    mirrors: { orders: { match: { path: '/api/orders' }, primary: 'v1', shadow: 'v2', sample: '100%' } },
  };
  const stack = cleanup.add(await startStack(document, { captureAddress: collector.address }));
  // One worker, so one pool of connections.
  const client = await RawConnection.open(stack.port);
  cleanup.defer(() => client.close());
  const candidates = [];
  for (const path of ['/api/orders/1', '/api/orders/2']) {
    collector.clear();
    await client.request({ path });
    candidates.push((await collector.received(2)).find(({ side }) => side === 'SIDE_CANDIDATE')!);
  }
  const [first, second] = candidates;
  expect(first!.waitedUs).toBeGreaterThan(0.9 * HANDSHAKE_MS * 1_000);
  expect(first!.headersAfterUs - first!.waitedUs).toBeGreaterThan(0.5 * ANSWER_MS * 1_000);
  expect(first!.headersAfterUs - first!.waitedUs).toBeLessThan(0.9 * HANDSHAKE_MS * 1_000);
  expect(second!.waitedUs).toBeLessThan(0.5 * HANDSHAKE_MS * 1_000);
  expect(second!.headersAfterUs).toBeLessThan(0.9 * HANDSHAKE_MS * 1_000);
});
