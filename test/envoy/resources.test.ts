/**
 * One policy that uses every feature of the schema, served to a real Envoy: Envoy must accept every resource, and the
 * features must work together.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer, request } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cleanup, eventually, type Stack, startStack } from '../support/index.ts';
import { type Certificate, selfSigned } from './certificate.ts';

interface Received {
  readonly service: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

const TYPE = 'type.googleapis.com/';
const HEADER_MUTATION = `${TYPE}envoy.extensions.filters.http.header_mutation.v3.HeaderMutation`;

const cleanup = new Cleanup();
const received: Received[] = [];
let certificate: Certificate;
let accessLog: string;
let stack: Stack;

afterAll(() => cleanup.run());

beforeAll(async () => {
  certificate = selfSigned('order.example');
  const { certificatePem: cert, privateKeyPem: key } = certificate;
  const directory = await mkdtemp(join(tmpdir(), 'shadowplane-resources-'));
  cleanup.defer(() => rm(directory, { recursive: true, force: true }));
  const certificateFile = join(directory, 'certificate.pem');
  const privateKeyFile = join(directory, 'key.pem');
  accessLog = join(directory, 'access.json');
  await Promise.all([writeFile(certificateFile, cert), writeFile(privateKeyFile, key, { mode: 0o600 })]);

  const primary = await listen(createHttpServer(recording('v1')));
  const shadow = await listen(createSecureServer({ cert, key }, recording('v2') as never));
  const client = { ca: cert, requestCert: true, rejectUnauthorized: true };
  const control = await listen(createHttpsServer({ cert, key, ...client }, recording('v1-twin')));
  const file = { certificateFile, privateKeyFile };
  stack = cleanup.add(
    await startStack({
      default: 'v1',
      listener: {
        trustedHops: 1,
        accessLog: { file: accessLog },
        timeouts: { request: '1m', streamIdle: '2m', drain: '1s' },
        upgrades: ['websocket'],
        tls: file,
      },
      services: {
        v1: {
          addresses: [`127.0.0.1:${primary}`],
          healthCheck: { path: '/health', interval: '1s', timeout: '1s', unhealthyThreshold: 2, healthyThreshold: 1 },
          connectTimeout: '2s',
        },
        v2: {
          address: `localhost:${shadow}`,
          protocol: 'http2',
          tls: { serverName: 'order.example', caFile: certificateFile },
        },
        'v1-twin': {
          address: `127.0.0.1:${control}`,
          tls: { serverName: 'order.example', insecure: true, clientCertificate: file },
        },
      },
      segments: {
        staff: { any: [{ header: 'x-staff', present: true }, { all: [{ cookie: 'a', equals: 'b' }] }] },
        big: { cel: "int(request.headers['x-items']) > 2" },
      },
      mirrors: {
        orders: {
          match: { path: '/api/orders' },
          host: ['shop.example', '*.shop.example'],
          primary: 'v1',
          shadow: 'v2',
          control: 'v1-twin',
          segments: { staff: '100%', big: '0.0001%' },
          sample: '0%',
          sideEffects: 'trusted',
          limits: { maxBodyBytes: '1MiB', maxConcurrent: 10, timeout: '5s' },
          headers: { set: { 'x-environment': '100% shadow' }, remove: ['authorization'] },
        },
        everything: { match: { path: '/' }, primary: 'v1', shadow: 'v2', sticky: { cookie: 'uid' }, paused: true },
      },
      envoy: {
        httpFilters: { before: [mutation('x-before')], after: [mutation('x-after')] },
        routes: [
          { name: 'ping', match: { path: '/ping' }, direct_response: { status: 200, body: { inline_string: 'pong' } } },
        ],
        clusters: [{ name: 'extra', type: 'STATIC', connectTimeout: '1s' }],
        listeners: [extraListener()],
        merge: {
          services: { v2: { dns_refresh_rate: '60s' } },
          httpConnectionManager: { via: 'edge' },
          listener: { perConnectionBufferLimitBytes: 65536 },
        },
      },
    }),
  );
});

describe('a policy with every feature', () => {
  it('is accepted by Envoy whole', async () => {
    const rejected = await stack.admin.stats(/(update_rejected|update_failure|config_fail|init_fetch_timeout)$/);
    expect(Object.entries(rejected).filter(([, count]) => count > 0)).toEqual([]);
    expect(Object.keys(rejected).length).toBeGreaterThan(3);
    expect(await stack.admin.stats(/^server\.wip_protos$/)).toEqual({ 'server.wip_protos': 0 });
    expect(await stack.admin.get('/config_dump?resource=dynamic_listeners')).not.toContain('error_state');
    const clusters = await stack.admin.stats(/^cluster\..+\.membership_total$/);
    expect(Object.keys(clusters)).toEqual(
      expect.arrayContaining([
        'cluster.orders/primary/v1.membership_total',
        'cluster.orders/candidate/v2.membership_total',
        'cluster.orders/control/v1-twin.membership_total',
        'cluster.everything/primary/v1.membership_total',
        'cluster.extra.membership_total',
      ]),
    );
  });

  it('mirrors from a TLS listener to TLS services, each with what its service asks for', async () => {
    received.length = 0;
    const headers = { host: 'www.shop.example', 'x-staff': '1', authorization: 'secret', 'x-shadow-role': 'forged' };
    expect(await get('/api/orders/7', headers)).toEqual({ status: 200, body: 'v1' });
    await eventually(() => orders().length === 3, { what: 'three services have received the request' });
    expect(of('v1')).toMatchObject({ authorization: 'secret', 'x-before': '1', 'x-after': '1', via: 'edge' });
    expect(Object.keys(of('v1')).filter((name) => name.startsWith('x-shadow'))).toEqual([]);
    for (const [service, role] of [
      ['v2', 'candidate'],
      ['v1-twin', 'control'],
    ] as const) {
      const copy = of(service);
      expect(copy).toMatchObject({
        'x-shadow': 'true',
        'x-shadow-mirror': 'orders',
        'x-shadow-reason': 'segment',
        'x-shadow-segment': 'staff',
        'x-shadow-role': role,
        'x-environment': '100% shadow',
        'x-after': '1',
        'x-forwarded-for': of('v1')['x-forwarded-for'],
      });
      expect(copy['x-shadow-id']).toMatch(/.+/);
      expect(copy).not.toHaveProperty('authorization');
      expect(copy).not.toHaveProperty('x-envoy-internal');
      expect(copy).not.toHaveProperty('x-shadow-forwarded-for');
    }
  });

  it('answers routes of users itself', async () => {
    expect(await get('/ping', { host: 'www.shop.example' })).toEqual({ status: 200, body: 'pong' });
  });

  it('writes mirror, reason, segment and exchange into the access log', async () => {
    const entry = await eventually(async () => (await logEntries()).find(({ path }) => path === '/api/orders/7'));
    expect(entry).toMatchObject({
      status: 200,
      route: 'orders/segment/staff',
      mirror: 'orders',
      reason: 'segment',
      segment: 'staff',
      exchange_id: expect.stringMatching(/^orders\/segment\/staff\/[0-9a-f]{36}$/),
      upstream_cluster: 'orders/primary/v1',
    });
    const plain = await eventually(async () => (await logEntries()).find(({ path }) => path === '/ping'));
    expect(plain).not.toHaveProperty('mirror');
  });

  it('labels statistics with mirror, role, service, reason and segment', async () => {
    const metrics = await stack.admin.get('/stats/prometheus');
    const value = (series: RegExp) => Number(series.exec(metrics)?.[1]);
    expect(value(/^shadowplane_selected\{mirror="orders",reason="segment",segment="staff"\} (\d+)$/m)).toBe(1);
    expect(value(/^shadowplane_copies\{mirror="orders",role="control"\} (\d+)$/m)).toBe(1);
    expect(value(/^envoy_cluster_upstream_rq_total\{.*mirror="orders",role="candidate",service="v2"\} (\d+)$/m)).toBe(
      1,
    );
    expect(
      value(/^envoy_vhost_route_upstream_rq_total\{.*mirror="orders",reason="segment",segment="staff"\} (\d+)$/m),
    ).toBe(1);
  });
});

function recording(service: string): RequestListener {
  return ({ url: path = '', headers }, response) => {
    if (path !== '/health') received.push({ service, path, headers });
    response.end(service);
  };
}

function orders(): Received[] {
  return received.filter(({ path }) => path.startsWith('/api/orders'));
}

function of(service: string): IncomingHttpHeaders {
  return orders().find((one) => one.service === service)!.headers;
}

async function listen(server: Server): Promise<number> {
  const connections = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => connections.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.defer(() => {
    for (const connection of connections) connection.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

function get(path: string, headers: Record<string, string>): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const options = { port: stack.port, path, headers, servername: 'order.example', ca: certificate.certificatePem };
    const outgoing = request({ host: '127.0.0.1', agent: false, ...options }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, body }));
    });
    outgoing.on('error', reject).end();
  });
}

async function logEntries(): Promise<Array<Record<string, unknown>>> {
  const lines = (await readFile(accessLog, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
  return lines.map((line) => JSON.parse(line));
}

function mutation(header: string): object {
  const mutations = { request_mutations: [{ append: { header: { key: header, value: '1' } } }] };
  return { name: header, typed_config: { '@type': HEADER_MUTATION, mutations } };
}

function extraListener(): object {
  const http = {
    '@type': `${TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'extra',
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'] }] },
    http_filters: [
      { name: 'router', typed_config: { '@type': `${TYPE}envoy.extensions.filters.http.router.v3.Router` } },
    ],
  };
  return {
    name: 'extra',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [{ filters: [{ name: 'http', typed_config: http }] }],
  };
}
