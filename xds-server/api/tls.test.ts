/** The API over HTTPS: certificates of clients count, and its own changes while it runs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Certificate, selfSigned } from '../../test/envoy/certificate.ts';
import { type ControlPlane, startControlPlane } from '../index.ts';

const [FIRST, SECOND, CLIENT, STRANGER] = ['api', 'api', 'ci', 'ci'].map(selfSigned) as [
  Certificate,
  Certificate,
  Certificate,
  Certificate,
];
const TOKEN = 'writer-0123456789abcdef';

let folder: string;
let controlPlane: ControlPlane;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'api-tls-'));
  use(FIRST);
  writeFileSync(file('clients.pem'), CLIENT.certificatePem);
  writeFileSync(file('tokens'), `ann change ${TOKEN}\nci read certificate\n`);
  writeFileSync(file('policy.yaml'), 'services: { v1: { address: "127.0.0.1:1" } }\n');
  writeFileSync(file('filter.wasm'), '');
  controlPlane = await startControlPlane({
    policyFile: file('policy.yaml'),
    dataDir: file('data'),
    xdsListen: '127.0.0.1:0',
    apiListen: '127.0.0.1:0',
    apiAccess: {
      tokenFile: file('tokens'),
      tls: { certificateFile: file('api.pem'), keyFile: file('api.key'), clientAuthorityFile: file('clients.pem') },
    },
    filterWasmPath: file('filter.wasm'),
    logger: pino({ level: 'silent' }),
  });
});
afterEach(async () => {
  await controlPlane.close();
  rmSync(folder, { recursive: true });
});

function file(name: string): string {
  return join(folder, name);
}

function use({ certificatePem, privateKeyPem }: Certificate): void {
  writeFileSync(file('api.pem'), certificatePem);
  writeFileSync(file('api.key'), privateKeyPem);
}

interface Caller {
  readonly method?: string;
  readonly server?: Certificate;
  readonly client?: Certificate;
  readonly token?: string;
}

/** Status of an answer, or why there was none. */
function call({ method = 'GET', server = FIRST, client, token }: Caller): Promise<number | string> {
  return new Promise((resolve) => {
    const options = {
      method,
      ca: server.certificatePem,
      servername: 'api',
      agent: false as const,
      ...(client && { cert: client.certificatePem, key: client.privateKeyPem }),
      headers: { host: 'localhost', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    };
    const sent = request(`https://${controlPlane.apiAddress}/api/v1/config`, options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', ({ message }) => resolve(message));
    sent.end();
  });
}

it('hears who has a certificate of the authority or a token, each by its role, and nobody else', async () => {
  expect(await call({})).toBe(401);
  expect(await call({ client: STRANGER })).toBe(401);
  expect(await call({ client: CLIENT })).toBe(200);
  expect(await call({ client: CLIENT, method: 'PUT' })).toBe(403);
  expect(await call({ token: TOKEN })).toBe(200);
  expect(await call({ token: TOKEN, method: 'PUT' })).toBe(400);
  const audit = readFileSync(file('data/audit.jsonl'), 'utf8').trim().split('\n');
  expect(audit.map((line) => JSON.parse(line)).map(({ kind, actor, status }) => [kind, actor, status])).toEqual([
    ['revision', 'file', undefined],
    ['refused', null, 401],
    ['refused', null, 401],
    ['refused', 'ci', 403],
    ['request', 'ann', 400],
  ]);
});

it('shows another certificate once its files have changed', async () => {
  use(SECOND);
  const isSecond = async () => expect(await call({ server: SECOND, client: CLIENT })).toBe(200);
  await vi.waitFor(isSecond, { timeout: 20_000, interval: 200 });
  expect(await call({ server: FIRST, client: CLIENT })).toMatch(/certificate/);
}, 30_000);
