/** What an Envoy refuses after a restart of the control plane is held against the revision that brought it, not the current one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type ControlPlane, startControlPlane } from './index.ts';
import { CLUSTER, LISTENER } from './xds/index.ts';
import { TestingClient } from './xds/server/testing-client.ts';

const POLICY = `
services: { v1: { address: "127.0.0.1:1" }, v2: { address: "127.0.0.1:2" } }
mirrors:
  orders: { match: { path: /api/orders }, primary: v1, shadow: v2, sample: 5% }
`;

let directory: string;
let running: ControlPlane;
let client: TestingClient;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-refused-'));
  writeFileSync(join(directory, 'filter.wasm'), new Uint8Array([0, 0x61, 0x73, 0x6d]));
});
afterEach(async () => {
  client?.close();
  await running?.close();
  rmSync(directory, { recursive: true });
});

async function start(policy: string): Promise<void> {
  writeFileSync(join(directory, 'shadowplane.yaml'), policy);
  running = await startControlPlane({
    policyFile: join(directory, 'shadowplane.yaml'),
    dataDir: join(directory, 'data'),
    xdsListen: '127.0.0.1:0',
    apiListen: '127.0.0.1:0',
    filterWasmPath: join(directory, 'filter.wasm'),
    logger: pino({ level: 'silent' }),
  });
  client = new TestingClient(Number(running.xdsAddress.split(':').at(-1)));
}

// biome-ignore lint/suspicious/noExplicitAny: answers are compared, not typed
async function get(path: string): Promise<any> {
  return (await fetch(`http://${running.apiAddress}/api/v1${path}`)).json();
}

async function revisionInUse(): Promise<void> {
  await start(POLICY);
  const stream = client.stream('delta', 'edge-1');
  for (const type_url of [CLUSTER, LISTENER]) {
    stream.send({ type_url });
    stream.ack(await stream.next());
  }
  await vi.waitFor(async () => expect((await get('/revisions')).items[0].acknowledgedAt).not.toBeNull());
  client.close();
  await running.close();
}

async function clustersRefused(): Promise<void> {
  const stream = client.stream('delta', 'edge-1');
  stream.send({ type_url: CLUSTER });
  stream.ack(await stream.next(), { error_detail: { message: 'bad cluster' } });
  await vi.waitFor(async () => expect((await get('/envoys')).items[0].rejectedRevision).not.toBeNull());
}

it('a revision that did not bring it stays, and the one that did is named', async () => {
  await revisionInUse();
  await start(POLICY.replace('5%', '7%'));
  await clustersRefused();
  expect((await get('/envoys')).items).toMatchObject([{ rejectedRevision: { revision: 1, message: 'bad cluster' } }]);
  // A rollback would have been before this one in the queue.
  const answer = await fetch(`http://${running.apiAddress}/api/v1/mirrors/orders`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sample: '9%' }),
  });
  expect(answer.ok).toBe(true);
  expect((await get('/revisions')).items.map(({ actor }: { actor: string }) => actor)).not.toContain('rollback');
});

it('the one that brought it gives way', async () => {
  await revisionInUse();
  await start(POLICY.replace('"127.0.0.1:2"', '"127.0.0.1:2", connectTimeout: 3s'));
  await clustersRefused();
  await vi.waitFor(async () =>
    expect((await get('/revisions')).items[0]).toMatchObject({ revision: 3, actor: 'rollback' }),
  );
  expect((await get('/envoys')).items).toMatchObject([{ rejectedRevision: { revision: 2 } }]);
});
