import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestApi, type TestApi } from './testing.ts';

let api: TestApi;

beforeEach(async () => {
  api = await startTestApi();
});

afterEach(() => api.close());

describe('events', () => {
  it('tells what is current, then each change and each Envoy, and ends with the server', async () => {
    await api.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = api.app.server.address() as AddressInfo;
    let text = '';
    let ended = false;
    const request = httpRequest({ port, host: '127.0.0.1', path: '/api/v1/events' }, (response) => {
      expect(response.headers['content-type']).toContain('text/event-stream');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        ended = true;
      });
    });
    request.end();
    await vi.waitFor(() => expect(text).toContain('event: current\ndata: {"revision":1,'));
    await api.app.inject({ method: 'POST', url: '/api/v1/mirrors/orders/pause', headers: { host: 'localhost' } });
    api.emit({ kind: 'rejected', node: 'edge-1', type: 'CDS', message: 'no' });
    await vi.waitFor(() => expect(text).toMatch(/event: envoy\ndata: \{"kind":"rejected","node":"edge-1"/));
    expect(text).toMatch(/event: revision\ndata: \{"revision":2,"actor":"api",.*"changed":\["mirrors.orders"\]\}\n\n/);
    await api.app.close();
    await vi.waitFor(() => expect(ended).toBe(true));
  });

  it('passes on the events of further sources until the server ends', async () => {
    let tell: ((event: string, data: unknown) => void) | undefined;
    const source = {
      onEvent: (listener: NonNullable<typeof tell>) => {
        tell = listener;
        return () => {
          tell = undefined;
        };
      },
    };
    const other = await startTestApi({ events: [source] });
    await other.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = other.app.server.address() as AddressInfo;
    let text = '';
    httpRequest({ port, host: '127.0.0.1', path: '/api/v1/events' }, (response) => {
      response.on('data', (chunk) => {
        text += chunk;
      });
    }).end();
    await vi.waitFor(() => expect(text).toContain('event: current'));
    tell?.('rules', { mirror: 'orders' });
    await vi.waitFor(() => expect(text).toContain('event: rules\ndata: {"mirror":"orders"}\n\n'));
    await other.close();
    expect(tell).toBeUndefined();
  });

  it('cuts a reader that falls behind, so that it cannot fill our memory', async () => {
    await api.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = api.app.server.address() as AddressInfo;
    const reader = connect(port, '127.0.0.1');
    let closed = false;
    reader.on('close', () => {
      closed = true;
    });
    reader.write('GET /api/v1/events HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await new Promise((resolve) => reader.once('data', resolve));
    reader.pause();
    // More than the buffers of both sockets take.
    for (let sent = 0; sent < 64; sent++) {
      api.emit({ kind: 'rejected', node: 'edge-1', type: 'CDS', message: 'x'.repeat(2 ** 20) });
      await new Promise(setImmediate);
    }
    reader.resume();
    await vi.waitFor(() => expect(closed).toBe(true), 5_000);
  });
});
