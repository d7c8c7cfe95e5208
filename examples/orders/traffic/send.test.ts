import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { startTraffic, type TrafficOptions, type TrafficStats } from './send.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
  server = createServer(handler);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Runs traffic until `enough` says so. */
async function run(
  options: Omit<TrafficOptions, 'signal'>,
  enough: (stats: TrafficStats) => boolean,
): Promise<TrafficStats> {
  const stop = new AbortController();
  const traffic = startTraffic({ ...options, signal: stop.signal });
  const deadline = Date.now() + 10_000;
  while (!enough(traffic.stats()) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  return traffic.done;
}

test('sends at the rate, reuses connections, counts statuses and loses nothing when it is ended', async () => {
  const sockets = new Set<unknown>();
  const url = await listen((request, response) => {
    sockets.add(request.socket);
    request.resume().on('end', () => response.writeHead(request.method === 'GET' ? 200 : 201).end('{}'));
  });
  const seen: number[] = [];
  const startedMs = performance.now();
  const stats = await run(
    { url, ratePerSecond: 400, maxInFlight: 16, onResponse: ({ status }) => seen.push(status) },
    ({ answered }) => answered >= 200,
  );
  const elapsedSeconds = (performance.now() - startedMs) / 1000;
  expect(stats.sent).toBeLessThanOrEqual(400 * elapsedSeconds + 2);
  // On a machine that stands still for a moment some are skipped; what was sent is answered.
  expect(stats).toMatchObject({ failed: 0, inFlight: 0, answered: stats.sent });
  expect((stats.statuses[200] ?? 0) + (stats.statuses[201] ?? 0)).toBe(stats.answered);
  expect(seen).toHaveLength(stats.answered);
  expect(sockets.size).toBeLessThanOrEqual(16);
  expect(stats.latencyMs.p50).toBeGreaterThan(0);
});

test('a service that does not answer bounds what is in flight; the rest is counted as skipped', async () => {
  const waiting: Array<() => void> = [];
  const url = await listen((request, response) => {
    request.resume();
    waiting.push(() => response.end('{}'));
  });
  const stop = new AbortController();
  const traffic = startTraffic({ url, ratePerSecond: 1000, maxInFlight: 8, signal: stop.signal });
  await expect.poll(() => traffic.stats().skipped, { timeout: 10_000 }).toBeGreaterThan(20);
  expect(traffic.stats()).toMatchObject({ inFlight: 8, sent: 8 });
  await expect.poll(() => waiting.length).toBe(8);
  stop.abort();
  for (const answer of waiting) answer();
  await expect(traffic.done).resolves.toMatchObject({ answered: 8, failed: 0 });
});

test('a refused connection is a failure, not an exception', async () => {
  const url = await listen(() => {});
  server?.close();
  const stats = await run({ url, ratePerSecond: 200 }, ({ failed }) => failed >= 3);
  expect(stats.failed).toBeGreaterThanOrEqual(3);
  expect(stats.failures).toEqual({ ECONNREFUSED: stats.failed });
  expect(stats.answered).toBe(0);
});
