/**
 * A PostgreSQL that takes connections and does not answer any more, as behind a dead network or a disk that is gone: Envoys
 * are served, users can be taken back, and who asks for what only the store knows is told why not, instead of waiting.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findPostgres, startPostgres, type TestPostgres } from '../compare/store/testing-postgres.ts';
import { ensureFilter } from '../filter/index.ts';
import { USERS_POLICY, UsersEnvoy } from '../test/control-plane/users-envoy.ts';
import { listenOnFreePort } from '../test/support/sockets.ts';
import { TestingClient } from '../xds-server/xds/server/testing-client.ts';
import { filterModule, type RunningShadowplane, startShadowplane } from './index.ts';

const binaries = findPostgres();
const PATIENCE = { timeout: 30_000, interval: 50 };
/** A connection is given up after 3 s, or after 2 s when it is new; what waits for others' turns takes a few times that. */
const ANSWERED_WITHIN_MS = 30_000;

let directory: string;
let postgres: TestPostgres;
let between: { readonly port: number; isMute: boolean; close(): void };
let running: RunningShadowplane | undefined;
let clients: TestingClient[];

/** Carries bytes both ways; mute, it takes them and keeps them. */
async function mutable(port: number): Promise<typeof between> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((from) => {
    const to = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(socket);
      socket.on('data', (bytes) => proxy.isMute || other.write(bytes));
      socket.on('error', () => {});
      socket.on('close', () => other.destroy());
    }
  });
  const proxy = {
    port: await listenOnFreePort(server),
    isMute: false,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return proxy;
}

describe.skipIf(!binaries)('a store that hangs', () => {
  beforeAll(async () => {
    clients = [];
    directory = mkdtempSync(join(tmpdir(), 'shadowplane-hanging-'));
    writeFileSync(join(directory, 'shadowplane.yaml'), USERS_POLICY);
    postgres = await startPostgres(binaries!);
    between = await mutable(Number(new URL(postgres.url).port));
    running = await startShadowplane({
      policyFile: join(directory, 'shadowplane.yaml'),
      dataDir: join(directory, 'data'),
      storeUrl: `postgres://shadowplane@127.0.0.1:${between.port}/postgres?statement_timeout=1000&connect_timeout=2`,
      compare: { listen: { host: '127.0.0.1', port: 0 } },
      xdsListen: '127.0.0.1:0',
      apiListen: '127.0.0.1:0',
      filterWasmPath: await ensureFilter(filterModule(true)),
      logger: pino({ level: 'silent' }),
    });
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await running?.close();
    between.close();
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function envoy(node: string): UsersEnvoy {
    const client = new TestingClient(Number(running!.xdsAddress.split(':').at(-1)));
    clients.push(client);
    return new UsersEnvoy(client, node);
  }

  async function call(method: string, path: string, body?: object) {
    const response = await fetch(`http://${running!.apiAddress}/api/v1${path}`, {
      method,
      signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const { code, detail } = (await response.json()) as { code?: string; detail?: string };
    return { status: response.status, code, detail };
  }

  it('holds up neither Envoys nor the way back, and is told of to whoever needs it', async () => {
    const before = envoy('before');
    await vi.waitFor(() => expect(before.share).toBe(0), PATIENCE);
    for (const action of ['start', 'promote']) {
      // A machine that is very busy may need more than the second that a statement has here.
      const done = async () => expect((await call('POST', `/mirrors/orders/rollout/${action}`)).status).toBe(200);
      await vi.waitFor(done, PATIENCE);
    }
    await vi.waitFor(() => expect(before.share).toBe(250_000), PATIENCE);

    between.isMute = true;
    const asked = [
      call('PATCH', '/mirrors/orders', { sample: '7%' }),
      call('GET', '/revisions'),
      call('GET', '/mirrors/orders/samples/none'),
    ];
    const promoted = call('POST', '/mirrors/orders/rollout/promote');
    expect(await call('GET', '/mirrors/orders')).toMatchObject({ status: 200 });
    expect(await call('POST', '/mirrors/orders/rollout/rollback')).toMatchObject({ status: 200 });
    await vi.waitFor(() => expect(before.share).toBe(0), PATIENCE);
    const late = envoy('late');
    await vi.waitFor(() => expect(late.share).toBe(0), PATIENCE);
    for (const answer of await Promise.all(asked)) {
      expect(answer).toMatchObject({ status: 503, code: 'STORE_FAILED', detail: expect.stringMatching(/store/) });
    }
    // Refused by the store, or because it went back meanwhile; whichever came first.
    expect([409, 503]).toContain((await promoted).status);

    between.isMute = false;
    await vi.waitFor(async () => expect(await call('GET', '/revisions')).toMatchObject({ status: 200 }), PATIENCE);
    await vi.waitFor(
      async () => expect(await call('PATCH', '/mirrors/orders', { sample: '7%' })).toMatchObject({ status: 200 }),
      PATIENCE,
    );
  });

  it(
    'does not keep the process from ending',
    async () => {
      between.isMute = true;
      await running!.close();
      running = undefined;
    },
    ANSWERED_WITHIN_MS,
  );
});
