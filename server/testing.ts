import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, vi } from 'vitest';
import { CAPTURE_PATH } from '../compare/ingest/index.ts';
import { batchFields, encodeBatch, halfFields, header, SIDE } from '../compare/ingest/testing.ts';
import { ensureFilter } from '../filter/index.ts';
import { filterModule, startShadowplane } from './index.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are compared by tests, not typed
export type Json = any;

/** The whole of what runs beside Envoy, with a policy file of one mirror, `orders`; a test plays Envoy's part. */
export interface TestServer {
  readonly folder: string;
  /** Saves the policy with this as `compare` of the mirror. */
  writePolicy(compare: string): void;
  restart(): Promise<void>;
  /** Below `/api/v1/mirrors/orders`. */
  call(method: string, path: string, body?: object): Promise<Json>;
  /** The same request so many times, answered by both sides; resolves when all of them have been compared. */
  exchange(count: number, primary: object, candidate: object, path?: string): Promise<void>;
  close(): Promise<void>;
}

export async function startTestServer(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'shadowplane-server-'));
  const policyFile = join(folder, 'shadowplane.yaml');
  let sequence = 0;
  let pairs = 0;
  const start = async () =>
    startShadowplane({
      policyFile,
      dataDir: join(folder, 'data'),
      compare: { listen: { host: '127.0.0.1', port: 0 } },
      xdsListen: '127.0.0.1:0',
      apiListen: '127.0.0.1:0',
      filterWasmPath: await ensureFilter(filterModule(true)),
      logger: pino({ level: 'silent' }),
    });
  const writePolicy = (compare: string) =>
    writeFileSync(
      policyFile,
      `services: { v1: { address: '127.0.0.1:1' }, v2: { address: '127.0.0.1:2' } }
mirrors:
  orders: { match: { path: / }, primary: v1, shadow: v2, sample: 5%, compare: ${compare} }
`,
    );
  writePolicy('{}');
  let running = await start();
  const call = async (method: string, path: string, body?: object): Promise<Json> => {
    const response = await fetch(`http://${running.apiAddress}/api/v1/mirrors/orders${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    folder,
    writePolicy,
    restart: async () => {
      await running.close();
      running = await start();
    },
    call,
    exchange: async (count, primary, candidate, path = '/users/ann/orders') => {
      const halves = Array.from({ length: count }, () => {
        pairs += 1;
        return pairOf(`e${pairs}`, path, primary, candidate);
      }).flat();
      sequence += 1;
      const response = await fetch(`http://${running.captureAddress}${CAPTURE_PATH}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: encodeBatch(batchFields(halves, { sequence })) as Uint8Array<ArrayBuffer>,
      });
      expect(response.status).toBe(204);
      const compared = async () => (await call('GET', '/verdict')).comparedInAll;
      await vi.waitFor(async () => expect(await compared()).toBe(pairs), { timeout: 10_000 });
    },
    close: async () => {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function pairOf(id: string, path: string, primary: object, candidate: object) {
  const headers = (version: string) => [
    header('content-type', 'application/json'),
    header('x-rev', version),
    header('x-node', version),
  ];
  const common = {
    exchange_id: id,
    mirror: 'orders',
    reason: 2,
    segment: '',
    path: `${path}?token=s3cret`,
    request_headers: [header('accept', '*/*'), header('x-tenant-key', 'k3y')],
  };
  return [
    { ...common, side: SIDE.primary, headers: headers('1'), body: Buffer.from(JSON.stringify(primary)) },
    { ...common, side: SIDE.candidate, headers: headers('2'), body: Buffer.from(JSON.stringify(candidate)) },
  ].map(halfFields);
}
