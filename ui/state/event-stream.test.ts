import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readEventStream } from './event-stream.ts';

let server: Server;
let streams: ServerResponse[];
let status: number;
beforeEach(async () => {
  streams = [];
  status = 200;
  server = createServer((_, response) => {
    streams.push(response);
    response.writeHead(status);
    response.write('event: current\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ask = fetch;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => ask(`http://127.0.0.1:${port}${path}`, init));
});
afterEach(async () => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const read = (silentAfterMs: number) => {
  const heard: Array<string | number> = [];
  const ended = readEventStream({
    headers: {},
    onStatus: (status) => heard.push(status),
    onEvent: (name) => heard.push(name),
    silentAfterMs,
  });
  return { heard, ended };
};

it('ends where nothing comes any more, not even a heartbeat', async () => {
  const { heard, ended } = read(1_500);
  await expect(ended).rejects.toThrow(/abort/);
  expect(heard).toEqual([200, 'current']);
  await vi.waitFor(() => expect(streams[0]!.destroyed).toBe(true));
});

it('goes on as long as heartbeats come, and ends with the stream', async () => {
  const { heard, ended } = read(20_000);
  await vi.waitFor(() => expect(heard).toContain('current'));
  for (let beat = 0; beat < 5; beat += 1) streams[0]!.write(':\n\n');
  streams[0]!.end('event: rules\n\n');
  await ended;
  expect(heard).toEqual([200, 'current', 'rules']);
});

it('tells who was refused, and reads nothing', async () => {
  status = 401;
  const { heard, ended } = read(20_000);
  await ended;
  expect(heard).toEqual([401]);
});
