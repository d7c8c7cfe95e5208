/** The way out of a shadow, on a real Envoy: what the policy lists passes, everything else is blocked and counted. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { locateEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { ensureFilter } from '../../filter/index.ts';
import { startControlPlane } from '../../xds-server/index.ts';
import { parseAddress } from '../../xds-server/policy/index.ts';
import { buildBootstrap } from '../../xds-server/resources/index.ts';
import { ApiClient } from '../support/api-client.ts';
import { Cleanup, eventually, listenOnFreePort, startHttp1Upstream, type Upstream } from '../support/index.ts';
import { selfSigned } from './certificate.ts';

const cleanup = new Cleanup();
let proxy: { readonly host: string; readonly port: number };
let plain: Upstream;
let other: Upstream;
let tlsPort: number;
let api: ApiClient;
let writePolicy: (methods: readonly string[]) => Promise<void>;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shadowplane-egress-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  plain = cleanup.add(await startHttp1Upstream({ name: 'listed' }));
  other = cleanup.add(await startHttp1Upstream({ name: 'not listed' }));
  const { certificatePem: cert, privateKeyPem: key } = selfSigned('localhost');
  const tls = createTlsServer({ cert, key }, (_, response) => response.end('over TLS'));
  tlsPort = await listenOnFreePort(tls);
  cleanup.defer(() => tls.close());
  const file = join(folder, 'shadowplane.yaml');
  writePolicy = (methods) =>
    writeFile(
      file,
      JSON.stringify({
        services: { v2: { address: plain.address } },
        egress: {
          v2: {
            listen: '127.0.0.1:0',
            allow: [
              { host: '127.0.0.1', port: plain.port, methods },
              { host: 'localhost', port: tlsPort, tls: true },
            ],
          },
        },
      }),
    );
  await writePolicy(['GET']);
  const controlPlane = await startControlPlane({
    policyFile: file,
    dataDir: join(folder, 'data'),
    xdsListen: '127.0.0.1:0',
    apiListen: '127.0.0.1:0',
    filterWasmPath: await ensureFilter('filter.wasm'),
    logger: pino({ level: 'silent' }),
  });
  cleanup.defer(() => controlPlane.close());
  api = new ApiClient(`http://${controlPlane.apiAddress}`);
  const envoy = await superviseEnvoy({
    path: (await locateEnvoy()).path,
    bootstrap: buildBootstrap({
      xdsAddress: parseAddress(controlPlane.xdsAddress),
      adminAddress: { host: '127.0.0.1', port: 0 },
      nodeId: 'v2-out',
      egress: 'v2',
    }),
    listener: 'egress/v2',
    concurrency: 1,
  });
  cleanup.defer(() => envoy.stop({ force: true }));
  proxy = parseAddress(envoy.listenerAddress);
}, 60_000);
afterAll(() => cleanup.run());

/** A request through the proxy, in full; what came back until the end of the connection or of the answer. */
async function say(text: string, socket: Socket = connect(proxy)): Promise<string> {
  let answer = '';
  socket.write(text);
  for await (const chunk of socket) answer += chunk;
  return answer;
}

const call = (method: string, port: number, path = '/') =>
  say(
    `${method} http://127.0.0.1:${port}${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  );

/** Opens a tunnel; the head of Envoy's answer, and the socket that is then the tunnel. */
async function tunnel(authority: string): Promise<{ readonly head: string; readonly socket: Socket }> {
  const socket = connect(proxy);
  cleanup.defer(() => void socket.destroy());
  socket.on('error', () => {});
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n\r\n`);
  const head = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  return { head, socket };
}

/** What a GET over TLS through a tunnel is answered; nothing where it is cut. */
async function getOverTls(socket: Socket, servername: string): Promise<string> {
  const secure = connectTls({ socket, servername, rejectUnauthorized: false });
  return say('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n', secure).catch(() => '');
}

const FORBIDDEN = /^HTTP\/1\.1 403 /;

test('what is listed passes as it was sent, by host, port and method', async () => {
  expect(await call('GET', plain.port, '/stock?x=1')).toMatch(/^HTTP\/1\.1 200 .*"\/stock\?x=1"/s);
  const names = plain.recorder.all.at(-1)!.parts.headers.map(([name]) => name.toLowerCase());
  expect(names.sort()).toEqual(['content-length', 'host']);
  const { head, socket } = await tunnel(`localhost:${tlsPort}`);
  expect(head).toMatch(/^HTTP\/1\.1 200 /);
  expect(await getOverTls(socket, 'localhost')).toContain('over TLS');
});

test('everything else is blocked, counted and told', async () => {
  const seen = plain.recorder.count;
  const before = await blocked();
  expect(await call('POST', plain.port)).toMatch(FORBIDDEN);
  expect(await call('GET', other.port)).toMatch(FORBIDDEN);
  expect(await call('GET', tlsPort)).toMatch(FORBIDDEN);
  expect((await tunnel(`127.0.0.1:${plain.port}`)).head).toMatch(FORBIDDEN);
  expect((await tunnel(`127.0.0.1:${tlsPort}`)).head).toMatch(FORBIDDEN);
  // A tunnel to a listed host that holds another name, or no TLS at all.
  expect(await getOverTls((await tunnel(`localhost:${tlsPort}`)).socket, 'other.example')).toBe('');
  const { socket } = await tunnel(`localhost:${tlsPort}`);
  expect(await say('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n', socket)).toBe('');
  expect([plain.recorder.count - seen, other.recorder.count]).toEqual([0, 0]);

  await eventually(async () => (await blocked()) - before === 7, { what: 'seven blocked calls' });
  const { items } = (await api.get('/egress')) as {
    items: Array<{ service: string; allow: string[]; envoys: object[] }>;
  };
  expect(items).toMatchObject([
    { service: 'v2', allow: [`127.0.0.1:${plain.port} GET`, `localhost:${tlsPort} TLS`], envoys: [{ node: 'v2-out' }] },
  ]);
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  expect(metrics).toContain(`shadowplane_egress_blocked_total{service="v2",node="v2-out"} ${before + 7}`);
});

test('a changed policy holds for the next call', async () => {
  expect(await call('POST', plain.port)).toMatch(FORBIDDEN);
  await writePolicy(['POST']);
  await eventually(async () => /^HTTP\/1\.1 200 /.test(await call('POST', plain.port)));
  expect(await call('GET', plain.port)).toMatch(FORBIDDEN);
});

/** As the control plane has heard of it; Envoy tells every second. */
async function blocked(): Promise<number> {
  const { items } = (await api.get('/egress')) as { items: Array<{ envoys: Array<{ blocked: number }> }> };
  return items.flatMap(({ envoys }) => envoys).reduce((sum, envoy) => sum + envoy.blocked, 0);
}
