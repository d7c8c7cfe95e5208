import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { type Certificate, selfSigned } from '../../test/envoy/certificate.ts';
import { CAPTURE_PATH, type CaptureServer, type CaptureServerOptions, startCaptureServer } from './index.ts';

const servers: CaptureServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: Partial<CaptureServerOptions> = {}) {
  const bodies: string[] = [];
  const refused: number[] = [];
  const server = await startCaptureServer({
    host: '127.0.0.1',
    port: 0,
    onBatch: (body) => {
      bodies.push(Buffer.from(body).toString());
      return true;
    },
    onRefused: (status) => refused.push(status),
    ...options,
  });
  servers.push(server);
  return { port: Number(server.address.split(':').at(-1)), bodies, refused };
}

const MEDIA_TYPE = { 'content-type': 'application/x-protobuf' };

/** A batch over TLS: its status, or why there was none. */
function postOver(port: number, server: Certificate, client?: Certificate): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = request(
      {
        ...(client && { cert: client.certificatePem, key: client.privateKeyPem }),
        host: '127.0.0.1',
        port,
        servername: 'collector',
        ca: server.certificatePem,
        method: 'POST',
        path: CAPTURE_PATH,
        headers: MEDIA_TYPE,
        agent: false,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', ({ message }) => resolve(message));
    sent.end('a batch');
  });
}

function tlsFiles(folder: string) {
  const [certificateFile, keyFile, clientAuthorityFile] = ['cert', 'key', 'ca'].map((name) => join(folder, name));
  const write = (server: Certificate, client: Certificate) => {
    writeFileSync(keyFile!, server.privateKeyPem);
    writeFileSync(certificateFile!, server.certificatePem);
    writeFileSync(clientAuthorityFile!, client.certificatePem);
  };
  return {
    files: { certificateFile: certificateFile!, keyFile: keyFile!, clientAuthorityFile: clientAuthorityFile! },
    write,
  };
}

const REFUSED = /alert|ECONNRESET|EPIPE|hang up/;

it('with TLS hears only clients that the authority has certified, also after its files have changed', async () => {
  const [server, client, stranger] = [selfSigned('collector'), selfSigned('envoy'), selfSigned('envoy')];
  const folder = mkdtempSync(join(tmpdir(), 'capture-tls-'));
  try {
    const { files, write } = tlsFiles(folder);
    write(server, client);
    const problems: Error[] = [];
    const { port, bodies } = await start({
      tls: files,
      tlsCheckMs: 20,
      onTlsProblem: (problem) => problems.push(problem),
    });
    expect(await postOver(port, server, client)).toBe(204);
    expect(await postOver(port, server)).toMatch(REFUSED);
    expect(await postOver(port, server, stranger)).toMatch(REFUSED);
    expect(bodies).toEqual(['a batch']);

    writeFileSync(files.certificateFile, 'no certificate');
    await expect.poll(() => problems.length).toBeGreaterThan(0);
    expect(problems[0]).toMatchObject({ code: 'USAGE' });
    expect(await postOver(port, server, client)).toBe(204);

    const renewed = selfSigned('collector');
    write(renewed, stranger);
    await expect.poll(() => postOver(port, renewed, stranger)).toBe(204);
    expect(await postOver(port, renewed, client)).toMatch(REFUSED);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('beyond loopback it does not start without TLS, and says which flags give it', async () => {
  await expect(start({ host: '0.0.0.0' })).rejects.toThrow(
    /--capture-tls-cert, --capture-tls-key and --capture-client-ca/,
  );
  const files = { certificateFile: '/none/cert', keyFile: '/none/key', clientAuthorityFile: '/none/ca' };
  await expect(start({ host: '0.0.0.0', tls: files })).rejects.toThrow(/\/none\/\w+ cannot be read/);
});

/** Everything the server says on one connection until it ends it. */
async function exchange(port: number, ...parts: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  socket.on('error', () => {
    // A server that has refused does not wait for the rest.
  });
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return answer;
}

const head = (...lines: string[]): string =>
  [`POST ${CAPTURE_PATH} HTTP/1.1`, 'host: x', 'content-type: application/x-protobuf', ...lines, '', ''].join('\r\n');

it('a body without a declared length is bounded as well', async () => {
  const { port, bodies, refused } = await start({ maxBodyBytes: 1_000 });
  const chunk = (size: number): string => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`;
  const chunked = head('transfer-encoding: chunked', 'connection: close');
  expect(await exchange(port, chunked, chunk(500), chunk(500), '0\r\n\r\n')).toMatch(/^HTTP\/1.1 204/);
  expect(await exchange(port, chunked, chunk(500), chunk(501))).toMatch(/^HTTP\/1.1 413/);
  expect(bodies.map(({ length }) => length)).toEqual([1_000]);
  expect(refused).toEqual([413]);
});

it('room that a client took and did not use is given back', async () => {
  const { port, refused } = await start({ maxReceivingBytes: 1_000 });
  const socket = connect(port, '127.0.0.1');
  socket.write(head('content-length: 900'));
  const declared = head('content-length: 200', 'connection: close') + 'x'.repeat(200);
  const firstWord = async (): Promise<string> => (await exchange(port, declared)).slice(9, 12);
  await expect.poll(firstWord).toBe('503');
  socket.destroy();
  await expect.poll(firstWord).toBe('204');
  expect(refused).toContain(503);
});

it('a port that is taken is said to be', async () => {
  const { port } = await start();
  await expect(start({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
});

it('asks those who have been silent whether they are still there', async () => {
  const keepAlive = vi.spyOn(Socket.prototype, 'setKeepAlive');
  const { port } = await start();
  const client = connect(port, '127.0.0.1');
  await vi.waitFor(() => expect(keepAlive).toHaveBeenCalled());
  const [socket] = keepAlive.mock.contexts as Socket[];
  expect(socket!.localPort).toBe(port);
  expect(keepAlive.mock.calls[0]).toEqual([true, 30_000]);
  client.destroy();
  keepAlive.mockRestore();
});
