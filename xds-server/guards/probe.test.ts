import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createShadowGuard, guardHttp } from '../../guard/node/index.ts';
import { parsePolicy, type Service } from '../policy/index.ts';
import { probeService } from './probe.ts';

const servers: TcpServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: TcpServer): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function serviceAt(addresses: readonly string[], more: object = {}): Service {
  return parsePolicy({ services: { v2: { addresses, guardProbe: { timeout: '20s' }, ...more } } }).policy.services[0]!;
}

const HASTY = { guardProbe: { timeout: '200ms' } };

const guard = (options: object): RequestListener =>
  guardHttp(createShadowGuard({ environment: {}, ...options }), (_, response) => void response.writeHead(404).end());
const ALWAYS = guard({ environment: { SHADOW_MODE: 'true' } });
const MARKED = guard({ trustedProxies: ['127.0.0.1'] });
const STRANGER = guard({ trustedProxies: ['10.0.0.1'] });
const HALF = 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{';
const NONE: RequestListener = (_, response) => void response.end('hello');

describe('asking a service', () => {
  it('finds the guard of guard/node proven where it acts on marked requests from here', async () => {
    expect(await probeService(serviceAt([await listening(createServer(ALWAYS))]))).toEqual({
      outcome: 'proven',
      mode: 'always',
    });
    expect(await probeService(serviceAt([await listening(createServer(MARKED))]))).toEqual({
      outcome: 'proven',
      mode: 'marked',
    });
    expect(await probeService(serviceAt([await listening(createServer(STRANGER))]))).toMatchObject({
      outcome: 'refuted',
      reason: expect.stringContaining('trustedProxies'),
    });
  });

  it('asks every address, and one without guard is one too many', async () => {
    const addresses = [await listening(createServer(ALWAYS)), await listening(createServer(MARKED))];
    expect(await probeService(serviceAt(addresses))).toEqual({ outcome: 'proven', mode: 'marked' });
    const bad = await listening(createServer(NONE));
    expect(await probeService(serviceAt([...addresses, bad]))).toEqual({
      outcome: 'refuted',
      reason: `${bad} answers the probe, but not with a guard`,
    });
  });

  it('speaks the protocol of the service', async () => {
    const server = createHttp2Server((request, response) => ALWAYS(request as never, response as never));
    const address = await listening(server);
    expect(await probeService(serviceAt([address], { protocol: 'http2' }))).toMatchObject({ outcome: 'proven' });
    expect(await probeService(serviceAt([address], HASTY))).toMatchObject({ outcome: 'unreachable' });
  });

  it('asks where the policy says, and nowhere else', async () => {
    const elsewhere = await listening(createServer(ALWAYS));
    const service = serviceAt(['10.255.255.1:80'], { guardProbe: { address: elsewhere } });
    expect(await probeService(service)).toMatchObject({ outcome: 'proven' });
  });

  it.each([
    ['does not answer', () => createTcpServer(() => {}), HASTY, 'no answer within 200 ms'],
    ['hangs up', () => createTcpServer((socket) => socket.destroy()), {}, 'cannot be asked'],
    ['breaks off', () => createTcpServer((socket) => socket.once('data', () => socket.end(HALF))), {}, 'aborted'],
  ])('says why a service that %s is not proven', async (_, server, more, reason) => {
    expect(await probeService(serviceAt([await listening(server())], more))).toEqual({
      outcome: 'unreachable',
      reason: expect.stringContaining(reason),
    });
  });

  it('reads no more than a proof needs', async () => {
    const endless: RequestListener = (_, response) => {
      response.writeHead(200);
      const more = () => void (!response.destroyed && response.write('x'.repeat(65_536), more));
      more();
    };
    expect(await probeService(serviceAt([await listening(createServer(endless))]))).toMatchObject({
      outcome: 'refuted',
    });
  });

  it('says that a certificate cannot be read here', async () => {
    const tls = { serverName: 'v2', caFile: '/nowhere/ca.pem' };
    expect(await probeService(serviceAt(['127.0.0.1:1'], { tls }))).toMatchObject({
      outcome: 'unreachable',
      reason: expect.stringContaining('/nowhere/ca.pem'),
    });
  });
});
