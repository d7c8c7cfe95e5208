import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../test/envoy/certificate.ts';
import { createApiClient } from './api-client.ts';

const [API, CLIENT, STRANGER] = ['localhost', 'ci', 'stranger'].map(selfSigned);

let folder: string;
let server: Server;
let api: string;
const file = (name: string) => join(folder, name);
const files = (name: string) => ({ cert: file(`${name}.pem`), key: file(`${name}.key`), ca: file('api.pem') });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cli-tls-'));
  for (const [name, { certificatePem, privateKeyPem }] of [
    ['api', API!],
    ['ci', CLIENT!],
    ['stranger', STRANGER!],
  ] as const) {
    writeFileSync(file(`${name}.pem`), certificatePem);
    writeFileSync(file(`${name}.key`), privateKeyPem);
  }
  const { certificatePem: cert, privateKeyPem: key } = API!;
  server = createServer({ cert, key, ca: CLIENT!.certificatePem, requestCert: true }, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const name = (request.socket as TLSSocket).getPeerCertificate().subject.CN;
    const status = request.url === '/api/v1/refused' ? 403 : 200;
    const answer =
      status === 200
        ? { name, method: request.method, body, ifMatch: request.headers['if-match'] }
        : { code: 'ROLE_INSUFFICIENT', detail: 'no' };
    response.writeHead(status).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = `https://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('a command that shows a certificate', () => {
  it('is known by it, for reading and changing', async () => {
    const client = createApiClient({ api, ...files('ci') }, {});
    expect(await client.get('/mirrors')).toMatchObject({ name: 'ci', method: 'GET' });
    expect(await client.send('PATCH', '/mirrors/ö', { sample: '5%' }, { ifRevision: 7 })).toEqual({
      name: 'ci',
      method: 'PATCH',
      body: '{"sample":"5%"}',
      ifMatch: '"7"',
    });
    await expect(client.get('/refused')).rejects.toMatchObject({ code: 'ROLE_INSUFFICIENT', message: 'no' });
  });

  it('says what is wrong where one does not know the other', async () => {
    const refusal = (connection: object) => createApiClient({ api, ...connection }, {}).get('/mirrors');
    await expect(refusal({})).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      message: expect.stringMatching(/--ca FILE/),
    });
    await expect(refusal({ ca: file('ci.pem') })).rejects.toThrow(/not known here.*--ca FILE/);
    // The server ends the connection without a word that arrives in time, or with an alert.
    await expect(refusal(files('stranger'))).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
    await expect(refusal({ ca: file('api.pem') })).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
  });

  it.each([
    [{ cert: 'x' }, '--key is missing'],
    [{ key: 'x' }, '--cert is missing'],
    [{ ca: '/missing.pem' }, '--ca cannot be read'],
    [{ ca: 'x', api: 'http://localhost:1' }, 'for an API over https'],
  ])('refuses %j', (connection, message) => {
    expect(() => createApiClient({ api, ...connection }, {})).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
    );
  });
});
