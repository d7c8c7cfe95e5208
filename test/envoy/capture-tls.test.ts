/** Captured answers over mutual TLS, on a real Envoy: both halves arrive, and who cannot prove its name is not heard. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  CAPTURE_PATH,
  type CaptureServer,
  type Half,
  readBatch,
  startCaptureServer,
} from '../../compare/ingest/index.ts';
import { Cleanup, eventually, type OrdersStack, sendRaw, startOrders } from '../support/index.ts';
import { selfSigned } from './certificate.ts';

let cleanup: Cleanup;
let folder: string;
let server: CaptureServer;
let halves: Half[];
let batches: number;

beforeEach(async () => {
  cleanup = new Cleanup();
  folder = mkdtempSync(join(tmpdir(), 'capture-tls-'));
  cleanup.defer(async () => rmSync(folder, { recursive: true }));
  const [own, envoy] = [selfSigned('collector'), selfSigned('envoy')];
  write('own.pem', own.certificatePem);
  write('own.key', own.privateKeyPem);
  write('envoy.pem', envoy.certificatePem);
  write('envoy.key', envoy.privateKeyPem);
  halves = [];
  batches = 0;
  server = await startCaptureServer({
    host: '127.0.0.1',
    port: 0,
    tls: { certificateFile: file('own.pem'), keyFile: file('own.key'), clientAuthorityFile: file('envoy.pem') },
    onBatch: (body) => {
      batches += 1;
      halves.push(...readBatch(body).halves);
      return true;
    },
    onRefused: () => {},
  });
  cleanup.add(server);
});
afterEach(() => cleanup.run());

function file(name: string): string {
  return join(folder, name);
}

function write(name: string, text: string): void {
  writeFileSync(file(name), text);
}

async function start(serverName: string): Promise<OrdersStack> {
  const captureTls = {
    certificateFile: file('envoy.pem'),
    privateKeyFile: file('envoy.key'),
    caFile: file('own.pem'),
    serverName,
  };
  return cleanup.add(
    await startOrders({
      mirror: { sample: '100%', sideEffects: 'trusted' },
      stack: { captureAddress: server.address, captureTls },
    }),
  );
}

test('both sides arrive, and a client without a certificate is refused', async () => {
  const orders = await start('collector');
  await sendRaw(orders.port, { path: '/api/orders/1' });
  await eventually(() => halves.length === 2);
  expect(new Set(halves.map(({ exchangeId }) => exchangeId)).size).toBe(1);
  expect(halves.map(({ side }) => side).sort()).toEqual(['candidate', 'primary']);

  const before = batches;
  const problem = await new Promise<string>((resolve) => {
    const options = {
      rejectUnauthorized: false,
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
    };
    const sent = request(`https://${server.address}${CAPTURE_PATH}`, options, ({ statusCode }) =>
      resolve(`answered by ${statusCode}`),
    );
    sent.on('error', ({ message }) => resolve(message));
    sent.end();
  });
  expect(problem).toMatch(/alert|ECONNRESET|EPIPE|hang up/);
  // Envoy goes on: its sign of life comes every two seconds.
  await eventually(() => batches > before);
});

test('nothing is sent to a collector of another name, and users notice nothing', async () => {
  const orders = await start('another');
  const refused = /cluster\.shadowplane\/collector\.ssl\.fail_verify_san/;
  const answer = await sendRaw(orders.port, { path: '/api/orders/1' });
  expect(answer.status).toBe(200);
  await eventually(async () => (await orders.stack.admin.sum(refused)) > 0);
  expect(batches).toBe(0);
});
