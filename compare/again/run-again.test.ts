import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../test/envoy/certificate.ts';
import type { Service } from '../../xds-server/policy/model.ts';
import { compileRules } from '../diff/index.ts';
import type { SampleInput } from '../report/index.ts';
import { type MirrorServices, runAgain } from './run-again.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function service(handler: Handler, more: Partial<Service> = {}): Promise<Service> {
  return serviceAt(await listening(createServer(handler)), more);
}

function serviceAt(port: number, more: Partial<Service> = {}): Service {
  const guardProbe = { path: '/', intervalMs: 5_000, timeoutMs: 1_000 };
  const addresses = [{ host: '127.0.0.1', port }];
  return { name: 'any', addresses, protocol: 'http1', connectTimeoutMs: 5_000, guardProbe, ...more };
}

const json =
  (body: (request: IncomingMessage) => unknown): Handler =>
  (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body(request)));
  };

const NO_RULES = compileRules([], 'GET /orders/{id}', 0);
const UNCHANGED = { set: [], remove: [] };

function sample(more: Partial<SampleInput['exchange']> = {}, requestHeaders: SampleInput['requestHeaders'] = []) {
  const answer = {
    status: 200,
    headers: [],
    trailers: [],
    body: new Uint8Array(),
    bodyBytes: 0,
    truncated: false,
    localReply: false,
    ended: 'complete' as const,
    headersMs: 1,
    lastByteMs: 1,
  };
  const exchange = {
    id: 'e1',
    mirror: 'orders',
    reason: 'segment' as const,
    segment: 'beta',
    method: 'GET',
    path: '/orders/7?full=1',
    atMs: 1,
    primary: answer,
    candidate: answer,
    ...more,
  };
  return { exchange, endpoint: 'GET /orders/{id}', requestHeaders } satisfies SampleInput;
}

const run = (services: Omit<MirrorServices, 'headers'>, more: Partial<Parameters<typeof runAgain>[1]> = {}) =>
  runAgain(sample(), { services: { headers: UNCHANGED, ...services }, rules: NO_RULES, times: 3, ...more });

describe('running again', () => {
  it('finds the same difference in every run', async () => {
    const primary = await service(json(() => ({ total: 1.5 })));
    const candidate = await service(json(() => ({ total: 1.6 })));
    const report = await run({ primary, candidate, control: primary });
    expect(report).toMatchObject({ deterministic: true, varies: {} });
    expect(report.runs).toHaveLength(3);
    for (const { primary, candidate, control, differences } of report.runs) {
      expect([primary.body, candidate.body, control?.body]).toEqual([
        '{"total":1.5}',
        '{"total":1.6}',
        '{"total":1.5}',
      ]);
      expect(differences).toMatchObject([{ kind: 'value', path: '/total', primary: '1.5', candidate: '1.6' }]);
    }
  });

  it('says which arm varies by itself, and where', async () => {
    let count = 0;
    const primary = await service(json(() => ({ total: 1, at: 7 })));
    const candidate = await service(json(() => ({ total: 1, at: ++count })));
    const report = await run({ primary, candidate });
    expect(report.deterministic).toBe(false);
    expect(report.varies).toEqual({ candidate: [{ kind: 'value', path: '/at' }] });
  });

  it('sends marked requests, and nothing that is of the user or was redacted', async () => {
    const seen: IncomingMessage[] = [];
    const recorder = await service((request, response) => {
      seen.push(request);
      response.end('{}');
    });
    const headers = [
      ['accept', 'application/json'],
      ['x-request-id', 'of-the-user'],
      ['x-key', '[redacted]'],
      ['x-shadow-role', 'forged'],
      ['accept-language', 'de'],
    ] as const;
    const report = await runAgain(sample({ path: '/orders/7?full=1&token=[redacted]' }, headers), {
      services: {
        primary: recorder,
        candidate: recorder,
        headers: { set: [['accept-language', 'en']], remove: ['accept'] },
      },
      rules: NO_RULES,
      times: 2,
    });
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map(({ url }) => url))).toEqual(new Set(['/orders/7?full=1']));
    const of = (role: string) => seen.find(({ headers }) => headers['x-shadow-role'] === role)!.headers;
    expect(of('primary')).toMatchObject({
      accept: 'application/json',
      'accept-language': 'de',
      'x-shadow': 'true',
      'x-shadow-mirror': 'orders',
      'x-shadow-reason': 'segment',
      'x-shadow-segment': 'beta',
      'x-shadow-id': expect.stringMatching(/^again-/),
    });
    expect(of('candidate')).toMatchObject({ 'accept-language': 'en', 'x-shadow': 'true' });
    expect(of('candidate')).not.toHaveProperty('accept');
    for (const { headers } of seen) {
      expect(headers).not.toHaveProperty('x-request-id');
      expect(headers).not.toHaveProperty('x-key');
    }
    expect(report.notes.slice(0, 2)).toEqual([
      'Not sent, because redacted: x-key.',
      'Not sent, because redacted: query parameters token.',
    ]);
  });

  it('shows nothing of an answer that is redacted', async () => {
    const secret = await service((_, response) => {
      response.setHeader('set-cookie', 's3cret');
      response.setHeader('content-type', 'application/json');
      response.end('{"card":"s3cret","total":1}');
    });
    const other = await service(json(() => ({ card: 's3cret-2', total: 1 })));
    const report = await run({ primary: secret, candidate: other }, { redaction: { jsonPaths: ['/card'] } });
    expect(JSON.stringify(report)).not.toContain('s3cret');
    expect(report.runs[0]?.candidate.body).toBe('{"card":"[redacted]","total":1}');
  });

  it('follows no redirect', async () => {
    const asked: string[] = [];
    const primary = await service((request, response) => {
      asked.push(request.url!);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const { runs } = await run({ primary, candidate: primary }, { times: 2 });
    expect(runs[0]?.primary.status).toBe(302);
    expect(new Set(asked)).toEqual(new Set(['/orders/7?full=1']));
  });

  it('ends at its time limit, and says so', async () => {
    const primary = await service(json(() => ({})));
    const silent = await service(() => {});
    const report = await run({ primary, candidate: silent }, { times: 2, limits: { timeoutMs: 1_000 } });
    expect(report.deterministic).toBe(false);
    expect(report.runs[1]?.candidate).toMatchObject({ status: 0, ended: 'timeout' });
    expect(report.runs[1]?.differences).toMatchObject([{ kind: 'status', primary: '200', candidate: '0' }]);
    expect(report.notes[0]).toBe('The candidate did not answer in every run: no whole answer within 1000 ms.');
  });

  it('keeps as much of a body as capture does, and does not read on for ever', async () => {
    const primary = await service((_, response) => void response.end('x'.repeat(5_000)));
    const endless = await service((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1_000)));
      };
      response.on('drain', more);
      more();
    });
    const limits = { maxBodyBytes: 1_000, maxReadBytes: 100_000 };
    const { runs, notes } = await run({ primary, candidate: endless }, { times: 2, limits });
    expect(runs[0]?.primary).toMatchObject({ truncated: true, bodyBytes: 5_000, ended: 'complete' });
    expect(runs[0]?.primary.body).toHaveLength(1_000);
    expect(runs[0]?.candidate).toMatchObject({ truncated: true, ended: 'cut' });
    expect(notes).toContain("Only the first 1000 bytes of the primary's body are compared.");
  });

  it('keeps as much as the mirror says', async () => {
    const primary = await service((_, response) => void response.end('x'.repeat(5_000)));
    const { runs } = await run({ primary, candidate: primary, maxBodyBytes: 100 }, { times: 2 });
    expect(runs[0]?.candidate.body).toHaveLength(100);
  });

  it('says that nobody listens', async () => {
    const primary = await service(json(() => ({})));
    const port = await listening(createServer());
    await new Promise((resolve) => servers.pop()!.close(resolve));
    const { notes, deterministic } = await run({ primary, candidate: serviceAt(port) }, { times: 2 });
    expect(deterministic).toBe(false);
    expect(notes[0]).toMatch(/^The candidate did not answer in every run: .*ECONNREFUSED/);
  });

  it('speaks HTTP/2 where the service does, trailers included', async () => {
    const server = createHttp2Server();
    server.on('stream', (stream, headers) => {
      stream.respond({ ':status': 200, 'content-type': 'application/json' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }));
      stream.end(JSON.stringify({ path: headers[':path'], role: headers['x-shadow-role'] }));
    });
    const primary = serviceAt(await listening(server), { protocol: 'http2' });
    const { runs } = await run({ primary, candidate: primary }, { times: 2 });
    expect(runs[0]?.candidate).toMatchObject({
      status: 200,
      body: '{"path":"/orders/7?full=1","role":"candidate"}',
      trailers: [['x-sum', '1']],
      ended: 'complete',
    });
  });

  it('verifies the server of a service with TLS, as the service says', async () => {
    const { certificatePem, privateKeyPem } = selfSigned('orders.test');
    const folder = await mkdtemp(join(tmpdir(), 'again-'));
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, certificatePem);
    const server = createTlsServer(
      { cert: certificatePem, key: privateKeyPem },
      json(() => ({})),
    );
    const port = await listening(server);
    const primary = serviceAt(port, { tls: { serverName: 'orders.test', caFile, insecure: false } });
    const untrusted = serviceAt(port, { tls: { serverName: 'orders.test', insecure: false } });
    const { runs, notes } = await run(
      { primary, candidate: untrusted, control: serviceAt(port, { tls: { insecure: true } }) },
      { times: 2 },
    );
    await rm(folder, { recursive: true });
    expect([runs[0]?.primary.status, runs[0]?.candidate.status, runs[0]?.control?.status]).toEqual([200, 0, 200]);
    expect(notes[0]).toMatch(/^The candidate did not answer .*certificate/);
  });

  it.each([
    [{ method: 'POST' }, /POST may change something/],
    [{ path: 'http://elsewhere/orders' }, /no path/],
  ])('refuses %j', async (exchange, message) => {
    const seen: unknown[] = [];
    const primary = await service((request) => void seen.push(request));
    const services = { primary, candidate: primary, headers: UNCHANGED };
    const refusal = await runAgain(sample(exchange), { services, rules: NO_RULES, times: 2 }).catch((error) => error);
    expect(refusal).toMatchObject({ code: 'RUN_AGAIN_REFUSED', message: expect.stringMatching(message) });
    expect(seen).toEqual([]);
  });
});
