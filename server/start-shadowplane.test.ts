import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureFilter } from '../filter/index.ts';
import { filterModule, type RunningShadowplane, type ShadowplaneOptions, startShadowplane } from './index.ts';

const POLICY = `default: v1
services:
  v1: { address: 127.0.0.1:1 }
  v2: { address: 127.0.0.1:2 }
mirrors:
  orders: { match: { path: /api/orders }, primary: v1, shadow: v2, sample: 5% }
`;

let dir: string;
let running: RunningShadowplane | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'shadowplane-server-'));
  writeFileSync(join(dir, 'shadowplane.yaml'), POLICY);
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  rmSync(dir, { recursive: true, force: true });
});

async function start(options: Partial<ShadowplaneOptions>) {
  running = await startShadowplane({
    policyFile: join(dir, 'shadowplane.yaml'),
    dataDir: join(dir, 'data'),
    xdsListen: '127.0.0.1:0',
    apiListen: '127.0.0.1:0',
    filterWasmPath: await ensureFilter(filterModule(options.compare !== undefined)),
    logger: pino({ level: 'silent' }),
    ...options,
  });
  const { apiAddress } = running;
  return async (path: string) => {
    const response = await fetch(`http://${apiAddress}${path}`);
    return { status: response.status, text: await response.text() };
  };
}

const LISTEN = { host: '127.0.0.1', port: 0 };

it('answers for the comparison below the same API, with metrics of both', async () => {
  const get = await start({ compare: { listen: LISTEN } });
  expect(running?.captureAddress).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(JSON.parse((await get('/api/v1/mirrors/orders/verdict')).text)).toMatchObject({ verdict: 'not-enough-data' });
  const metrics = (await get('/metrics')).text;
  expect(metrics).toMatch(/^shadowplane_compare_queued_exchanges/m);
  expect(metrics).toMatch(/^shadowplane_policy_revision/m);
});

it('without a comparison there are no such routes, and nothing is captured', async () => {
  const get = await start({});
  expect((await get('/api/v1/mirrors/orders/verdict')).status).toBe(404);
  expect(running?.captureAddress).toBeUndefined();
});

it('leaves nothing listening when the control plane cannot start', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  const listen = { host: '127.0.0.1', port };
  const failing = start({ compare: { listen }, filterWasmPath: join(dir, 'missing.wasm') });
  await expect(failing).rejects.toMatchObject({ code: 'FILTER_NOT_BUILT' });
  await start({ compare: { listen } });
  expect(running?.captureAddress).toBe(`127.0.0.1:${port}`);
});
