/**
 * Certificates that the control plane has in files and serves by SDS, on a real Envoy under traffic: they change without a
 * request that fails, what is of no use changes nothing, and private keys are nowhere to be read.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { locateEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { ensureFilter } from '../../filter/index.ts';
import { type ControlPlane, startControlPlane } from '../../xds-server/index.ts';
import { parseAddress } from '../../xds-server/policy/index.ts';
import { buildBootstrap } from '../../xds-server/resources/index.ts';
import { EnvoyAdmin } from '../support/envoy-admin.ts';
import { Cleanup, eventually, httpRequest } from '../support/index.ts';
import { type Certificate, selfSigned, selfSignedFor } from './certificate.ts';

const [EDGE, NEW_EDGE] = [selfSigned('edge'), selfSigned('edge')];
const [CLIENT, NEW_CLIENT] = [selfSigned('client'), selfSignedFor({ dnsName: 'client', commonName: 'newer client' })];
const [SHOP, NEW_SHOP] = [selfSigned('shop'), selfSignedFor({ dnsName: 'shop', commonName: 'newer shop' })];
/** Node knows this curve, and Envoy does not. */
const STRANGE = selfSignedFor({ dnsName: 'edge', curve: 'secp256k1' });
const EVERY = [EDGE, NEW_EDGE, CLIENT, NEW_CLIENT, SHOP, NEW_SHOP, STRANGE];

const cleanup = new Cleanup();
const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
let shop: Server;
let controlPlane: ControlPlane;
let admin: EnvoyAdmin;
let port: number;
/** By which certificates the shop was called. */
const shown: string[] = [];
let log = '';
const tell = (line: string) => {
  log += line;
};

beforeAll(async () => {
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  write('edge', { 'tls.crt': EDGE.certificatePem, 'tls.key': EDGE.privateKeyPem });
  write('client', { 'tls.crt': CLIENT.certificatePem, 'tls.key': CLIENT.privateKeyPem });
  write('roots', { 'ca.crt': SHOP.certificatePem });
  await startShop();
  const policyFile = join(folder, 'policy.json');
  const tls = { serverName: 'shop', caSecret: 'roots', clientCertificate: { secret: 'client' } };
  writeFileSync(
    policyFile,
    JSON.stringify({
      listen: '127.0.0.1:0',
      listener: { tls: { secret: 'edge' } },
      default: 'shop',
      mirrors: { all: { match: { path: '/all' }, primary: 'shop', shadow: 'nobody', sample: '0%' } },
      services: {
        nobody: { address: '127.0.0.1:1' },
        shop: { address: `127.0.0.1:${(shop.address() as AddressInfo).port}`, tls },
      },
    }),
  );
  controlPlane = cleanup.add(
    await startControlPlane({
      policyFile,
      dataDir: join(folder, 'data'),
      secretsDir: join(folder, 'secrets'),
      xdsListen: '127.0.0.1:0',
      apiListen: '127.0.0.1:0',
      filterWasmPath: await ensureFilter('filter.wasm'),
      logger: pino({ level: 'debug' }, { write: (line: string) => tell(line) }),
    }),
  );
  const envoy = await superviseEnvoy({
    path: (await locateEnvoy({})).path,
    bootstrap: buildBootstrap({
      xdsAddress: parseAddress(controlPlane.xdsAddress),
      adminAddress: { host: '127.0.0.1', port: 0 },
      nodeId: 'edge-1',
    }),
    listener: 'shadowplane',
    concurrency: 2,
    onEvent: (event) => tell(JSON.stringify(event)),
  });
  cleanup.defer(() => envoy.stop({ force: true }));
  admin = new EnvoyAdmin(`http://${envoy.admin.address}`, () => envoy.pid);
  port = parseAddress(envoy.listenerAddress).port;
});
afterAll(() => cleanup.run());

async function startShop(): Promise<void> {
  const ca = [CLIENT, NEW_CLIENT].map(({ certificatePem }) => certificatePem);
  const options = { key: SHOP.privateKeyPem, cert: SHOP.certificatePem, ca, requestCert: true };
  shop = createServer(options, ({ socket }, response) => {
    shown.push((socket as TLSSocket).getPeerX509Certificate()?.toString() ?? 'none');
    // Each request over a connection of its own, which has to be made with what holds then.
    response.setHeader('connection', 'close').end('sold');
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  cleanup.defer(() => {
    shop.closeAllConnections();
    shop.close();
  });
}

function write(name: string, files: Record<string, string>): void {
  const target = join(folder, 'secrets', name);
  mkdirSync(target, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(folder, file), text, { mode: 0o600 });
    renameSync(join(folder, file), join(target, file));
  }
}

/** Status, and the certificate of Envoy. */
function ask(agent: Agent): Promise<{ status: number; met: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, agent, servername: 'edge', rejectUnauthorized: false },
      (answer) => {
        // When it ends it may have gone already.
        const met = (answer.socket as TLSSocket).getPeerX509Certificate()?.toString() ?? 'none';
        answer.resume();
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, met }));
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

/** Over a connection of its own. */
const met = async () => (await ask(new Agent({ keepAlive: false, maxCachedSessions: 0 }))).met;

/** Requests without a pause, over connections that stay and over new ones. */
function traffic() {
  let running = true;
  let answered = 0;
  const failures: string[] = [];
  const agents = [true, true, false].map((keepAlive) => new Agent({ keepAlive, maxCachedSessions: 0, maxSockets: 1 }));
  const ended = agents.map(async (agent) => {
    while (running) {
      const problem = await ask(agent).then(
        ({ status }) => (status === 200 ? undefined : `answered ${status}`),
        (error: Error) => error.message,
      );
      if (problem === undefined) answered += 1;
      else failures.push(problem);
    }
    agent.destroy();
  });
  return {
    async stop() {
      await eventually(() => answered > 30);
      running = false;
      await Promise.all(ended);
      expect(failures).toEqual([]);
    },
  };
}

async function api(method: string, path: string, body?: object) {
  const { status, text } = await httpRequest(method, `http://${controlPlane.apiAddress}/api/v1${path}`, body);
  return { status, answer: JSON.parse(text) };
}

const problemOf = async (name: string): Promise<string | null> => {
  const { items } = (await api('GET', '/secrets')).answer;
  return items.find((item: { name: string }) => item.name === name).problem;
};

test('the certificate of the listener changes under traffic: no request fails, new connections meet the new one', async () => {
  expect(await met()).toBe(EDGE.certificatePem);
  const running = traffic();
  write('edge', { 'tls.crt': NEW_EDGE.certificatePem, 'tls.key': NEW_EDGE.privateKeyPem });
  await eventually(async () => (await met()) === NEW_EDGE.certificatePem);
  await running.stop();
  // The listener itself has stayed, so nothing was drained.
  expect(await admin.sum(/^listener_manager\.listener_(modified|in_place_updated)$/)).toBe(0);
});

test('what Envoy shows a service, and by what it knows it, change under traffic', async () => {
  expect(new Set(shown)).toEqual(new Set([CLIENT.certificatePem]));
  const running = traffic();
  write('roots', { 'ca.crt': SHOP.certificatePem + NEW_SHOP.certificatePem });
  write('client', { 'tls.crt': NEW_CLIENT.certificatePem, 'tls.key': NEW_CLIENT.privateKeyPem });
  await eventually(() => shown.includes(NEW_CLIENT.certificatePem));
  shop.setSecureContext({
    key: NEW_SHOP.privateKeyPem,
    cert: NEW_SHOP.certificatePem,
    ca: [CLIENT, NEW_CLIENT].map(({ certificatePem }) => certificatePem),
  });
  await eventually(async () => (await ask(new Agent())).status === 200);
  await running.stop();
});

test('a pair that does not belong together, and one that Envoy refuses, change nothing and are told of', async () => {
  const running = traffic();
  write('edge', { 'tls.crt': EDGE.certificatePem });
  await eventually(async () => /do not belong together/.test((await problemOf('edge')) ?? ''));
  expect(await met()).toBe(NEW_EDGE.certificatePem);

  write('edge', { 'tls.crt': STRANGE.certificatePem, 'tls.key': STRANGE.privateKeyPem });
  await eventually(async () => /an Envoy refused it: .+/.test((await problemOf('edge')) ?? ''));
  expect(await met()).toBe(NEW_EDGE.certificatePem);
  await running.stop();
  // It is not held against what others change.
  const { answer } = await api('PATCH', '/mirrors/all?wait=10s', { sample: '1%' });
  expect(answer).toMatchObject({ sample: '1%', applied: { acked: 1, of: 1 } });
});

test('a policy names only what is there', async () => {
  const { config } = (await api('GET', '/config')).answer;
  const { status, answer } = await api('PUT', '/config', { ...config, listener: { tls: { secret: 'egde' } } });
  expect(status).toBe(400);
  expect(answer).toMatchObject({
    code: 'POLICY_INVALID',
    errors: [{ path: 'listener.tls.secret', message: expect.stringMatching(/no secret "egde".*edge/) }],
  });
});

test('private keys are in no answer, log, store or dump', async () => {
  const { config } = (await api('GET', '/config')).answer;
  const plan = await api('POST', '/plan', { ...config, listener: {} });
  expect(plan.answer.resources.SDS).toMatchObject({ removed: ['listener/shadowplane/certificate'] });
  const places: Record<string, string> = {
    plan: JSON.stringify(plan),
    log,
    store: allOf(join(folder, 'data')),
    'config dump': await admin.get('/config_dump?include_eds'),
  };
  for (const path of ['/config', '/revisions', '/envoys', '/secrets', '/openapi.json']) {
    places[path] = JSON.stringify(await api('GET', path));
  }
  expect(places['config dump']).toContain('listener/shadowplane/certificate');
  expect(places['/secrets']).toContain('DNS:edge');
  for (const [place, text] of Object.entries(places)) {
    for (const secret of EVERY) expect(holds(text, secret), place).toBe(false);
  }
  // What looks for them would find them.
  expect(holds(readFileSync(join(folder, 'secrets/client/tls.key'), 'utf8'), NEW_CLIENT)).toBe(true);
});

/** Any line of the key, as it is or encoded once more. */
function holds(text: string, { privateKeyPem }: Certificate): boolean {
  const line = privateKeyPem.split('\n')[1]!;
  const again = Buffer.from(privateKeyPem).toString('base64');
  return text.includes(line) || text.includes(again.slice(60, 100));
}

function allOf(directory: string): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('\n');
}
