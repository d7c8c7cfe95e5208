/** xDS over mutual TLS on a real Envoy: certificates change under it, and who is not known or not listed is not served. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { locateEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { ensureFilter } from '../../filter/index.ts';
import { type ControlPlane, startControlPlane } from '../../xds-server/index.ts';
import { parseAddress } from '../../xds-server/policy/index.ts';
import { buildBootstrap, fileSecrets } from '../../xds-server/resources/index.ts';
import { Cleanup, eventually, sendRaw } from '../support/index.ts';
import { type Certificate, selfSigned, selfSignedFor } from './certificate.ts';

const FIRST = selfSigned('control-plane');
const SECOND = selfSigned('control-plane');
const ENVOY = selfSigned('envoy');
/** Of an Envoy that may be `core-7` alone. */
const CORE = selfSignedFor({ dnsName: 'core-7.shop', uri: 'spiffe://shop/core' });

let cleanup: Cleanup;
let folder: string;
let controlPlane: ControlPlane;

beforeEach(async () => {
  cleanup = new Cleanup();
  folder = mkdtempSync(join(tmpdir(), 'xds-tls-'));
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  use(FIRST);
  write('envoy.pem', ENVOY.certificatePem);
  write('envoy.key', ENVOY.privateKeyPem);
  write('core.pem', CORE.certificatePem);
  write('core.key', CORE.privateKeyPem);
  write('clients.pem', ENVOY.certificatePem + CORE.certificatePem);
  write('first.pem', FIRST.certificatePem);
  write('second.pem', SECOND.certificatePem);
  write('policy.yaml', policy());
  controlPlane = cleanup.add(
    await startControlPlane({
      policyFile: file('policy.yaml'),
      dataDir: file('data'),
      xdsListen: '127.0.0.1:0',
      apiListen: '127.0.0.1:0',
      xdsAccess: {
        tls: { certificateFile: file('own.pem'), keyFile: file('own.key'), clientAuthorityFile: file('clients.pem') },
        nodes: ['edge-*', 'core-*=core-*.shop'],
      },
      filterWasmPath: await ensureFilter('filter.wasm'),
      logger: pino({ level: 'silent' }),
    }),
  );
});
afterEach(() => cleanup.run());

function file(name: string): string {
  return join(folder, name);
}

function write(name: string, text: string): void {
  writeFileSync(file(name), text);
}

function use({ certificatePem, privateKeyPem }: Certificate): void {
  write('own.pem', certificatePem);
  write('own.key', privateKeyPem);
}

/** Nothing is mirrored. Without a default service everything is 404, with one that nobody answers for 503. */
function policy(fallback?: string): string {
  const services = { dead: { address: '127.0.0.1:1' } };
  return JSON.stringify({ listen: '127.0.0.1:0', services, mirrors: {}, ...(fallback && { default: fallback }) });
}

async function startEnvoy(
  nodeId: string,
  {
    certificate = 'envoy',
    trusts = 'first',
    signal,
  }: { certificate?: string; trusts?: string; signal?: AbortSignal } = {},
) {
  const { path } = await locateEnvoy({});
  const tls = {
    certificateFile: file(`${certificate}.pem`),
    privateKeyFile: file(`${certificate}.key`),
    caFile: file(`${trusts}.pem`),
    serverName: 'control-plane',
  };
  const secretsFolder = file(nodeId);
  mkdirSync(secretsFolder, { recursive: true });
  for (const [name, content] of fileSecrets(tls)) write(join(nodeId, name), JSON.stringify(content));
  const envoy = await superviseEnvoy({
    path,
    bootstrap: buildBootstrap({
      xdsAddress: parseAddress(controlPlane.xdsAddress),
      adminAddress: { host: '127.0.0.1', port: 0 },
      nodeId,
      tls: { ...tls, secretsFolder },
    }),
    listener: 'shadowplane',
    concurrency: 1,
    ...(signal && { signal }),
    onEvent: () => {},
  });
  cleanup.defer(() => envoy.stop({ force: true }));
  return envoy;
}

async function envoys() {
  const response = await fetch(`http://${controlPlane.apiAddress}/api/v1/envoys`);
  return (await response.json()) as {
    items: { node: string; connectedSince: string }[];
    refused: { node: string; reason: string; times: number }[];
  };
}

/** The certificate that a client meets now. */
function met(): Promise<string> {
  const { port } = parseAddress(controlPlane.xdsAddress);
  return new Promise((resolve, reject) => {
    const { certificatePem: cert, privateKeyPem: key } = ENVOY;
    const client = { cert, key, ALPNProtocols: ['h2'], rejectUnauthorized: false };
    const socket = connect({ ...client, host: '127.0.0.1', port }, () => {
      resolve(socket.getPeerX509Certificate()?.toString() ?? 'none');
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed before it was met')));
  });
}

test('certificates change without a stream that is dropped, and new connections meet the new one', async () => {
  const envoy = await startEnvoy('edge-1');
  const { port } = parseAddress(envoy.listenerAddress);
  const status = async () => (await sendRaw(port, { path: '/' })).status;
  expect(await status()).toBe(404);
  expect(await met()).toBe(FIRST.certificatePem);
  const before = (await envoys()).items;
  expect(before.map(({ node }) => node)).toEqual(['edge-1']);

  use(SECOND);
  await eventually(async () => (await met()) === SECOND.certificatePem);
  write('policy.yaml', policy('dead'));
  await eventually(async () => (await status()) === 503);
  expect((await envoys()).items.map(({ connectedSince }) => connectedSince)).toEqual([before[0]!.connectedSince]);

  await startEnvoy('edge-2', { trusts: 'second' });
  expect((await envoys()).items.map(({ node }) => node).sort()).toEqual(['edge-1', 'edge-2']);
});

test('an Envoy that is not listed is told so and shown; one of another authority is not even heard', async () => {
  const stranger = selfSigned('envoy');
  write('stranger.pem', stranger.certificatePem);
  write('stranger.key', stranger.privateKeyPem);
  const stop = new AbortController();
  const unlisted = startEnvoy('gate-1', { signal: stop.signal }).catch(() => undefined);
  const unknown = startEnvoy('edge-9', { certificate: 'stranger', signal: stop.signal }).catch(() => undefined);
  await eventually(async () => (await envoys()).refused.length > 0);
  expect((await envoys()).refused).toMatchObject([{ node: 'gate-1', reason: expect.stringMatching(/--xds-nodes/) }]);
  await startEnvoy('edge-1');
  expect((await envoys()).items.map(({ node }) => node)).toEqual(['edge-1']);
  stop.abort();
  await Promise.all([unlisted, unknown]);
  const audit = readFileSync(file('data/audit.jsonl'), 'utf8').trim().split('\n');
  const refusals = audit.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'node-refused');
  expect(refusals).toMatchObject([{ actor: 'gate-1' }]);
});

test('a node is who its certificate says it is: one that claims to be another is refused, and that is written down', async () => {
  const stop = new AbortController();
  await startEnvoy('core-7', { certificate: 'core' });
  const posing = startEnvoy('core-8', { certificate: 'core', signal: stop.signal }).catch(() => undefined);
  await eventually(async () => (await envoys()).refused.length > 0);
  const { items, refused } = await envoys();
  const reason =
    'this node id is bound to a certificate for core-8.shop; this one is for core-7.shop, spiffe://shop/core';
  expect(items.map(({ node }) => node)).toEqual(['core-7']);
  expect(refused).toMatchObject([{ node: 'core-8', reason }]);
  stop.abort();
  await posing;
  const audit = readFileSync(file('data/audit.jsonl'), 'utf8').trim().split('\n');
  expect(audit.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'node-refused')).toMatchObject([
    { actor: 'core-8', reason },
  ]);
});

test('an Envoy follows its own certificate, which is in files of its machine', async () => {
  const renewed = selfSignedFor({ dnsName: 'envoy', uri: 'spiffe://shop/renewed' });
  const { admin } = await startEnvoy('edge-1');
  const certificates = async () => (await fetch(`http://${admin.address}/certs`)).text();
  expect(await certificates()).toMatch(/"dns": "envoy"/);
  expect(await certificates()).not.toContain('spiffe://shop/renewed');
  for (const [name, text] of [
    ['envoy.pem', renewed.certificatePem],
    ['envoy.key', renewed.privateKeyPem],
  ] as const) {
    write(`${name}.new`, text);
    renameSync(file(`${name}.new`), file(name));
  }
  await eventually(async () => (await certificates()).includes('spiffe://shop/renewed'));
});
