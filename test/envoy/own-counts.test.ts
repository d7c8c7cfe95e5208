/** What Envoys count reaches the control plane, whichever and however many they are, and outlives each of them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CopyBooks } from '../../compare/copies/index.ts';
import { locateEnvoy, type SupervisedEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { ensureFilter } from '../../filter/index.ts';
import { startControlPlane } from '../../xds-server/index.ts';
import { parseAddress } from '../../xds-server/policy/index.ts';
import { buildBootstrap } from '../../xds-server/resources/index.ts';
import { Cleanup, eventually, runLoad, startHttp1Upstream } from '../support/index.ts';

let cleanup: Cleanup;
let policyFile: string;
let directory: string;
let envoyPath: string;

beforeEach(async () => {
  cleanup = new Cleanup();
  directory = await mkdtemp(join(tmpdir(), 'shadowplane-test-'));
  cleanup.defer(() => rm(directory, { recursive: true, force: true }));
  const [v1, v2] = [
    cleanup.add(await startHttp1Upstream({ name: 'v1' })),
    cleanup.add(await startHttp1Upstream({ name: 'v2' })),
  ];
  policyFile = join(directory, 'shadowplane.yaml');
  const policy = {
    listen: '127.0.0.1:0',
    default: 'v1',
    services: { v1: { address: v1.address }, v2: { address: v2.address } },
    mirrors: { orders: { match: { path: '/' }, primary: 'v1', shadow: 'v2', sample: '100%' } },
  };
  await writeFile(policyFile, JSON.stringify(policy));
  envoyPath = (await locateEnvoy()).path;
});
afterEach(() => cleanup.run());

async function startBooks(xdsListen = '127.0.0.1:0') {
  const books = new CopyBooks({ sinceMs: Date.now(), onLoss: () => {} });
  const controlPlane = await startControlPlane({
    policyFile,
    dataDir: join(directory, 'data'),
    xdsListen,
    apiListen: '127.0.0.1:0',
    filterWasmPath: await ensureFilter('filter.wasm'),
    logger: pino({ level: 'silent' }),
    stats: books,
  });
  let open = true;
  const close = async () => {
    if (open) await controlPlane.close();
    open = false;
  };
  cleanup.defer(close);
  return { books, xdsAddress: controlPlane.xdsAddress, close };
}

async function startEnvoy(nodeId: string, xdsAddress: string): Promise<SupervisedEnvoy> {
  const envoy = await superviseEnvoy({
    path: envoyPath,
    bootstrap: buildBootstrap({
      xdsAddress: parseAddress(xdsAddress),
      adminAddress: { host: '127.0.0.1', port: 0 },
      nodeId,
    }),
    listener: 'shadowplane',
    concurrency: 2,
    onEvent: () => {},
  });
  cleanup.defer(() => envoy.stop({ force: true }));
  return envoy;
}

const send = (envoy: SupervisedEnvoy, total: number) =>
  runLoad({
    port: parseAddress(envoy.listenerAddress).port,
    total,
    connections: 4,
    request: () => ({ path: '/api/orders' }),
  });

const counted = (books: CopyBooks, copies: number) =>
  eventually(() => books.mirrored('orders') === copies, {
    what: `${copies} copies; ${books.mirrored('orders')} so far`,
  });

test('Envoys add up; one that has gone keeps its sum, one that comes again under its name goes on', async () => {
  const { books, xdsAddress } = await startBooks();
  const [one, two] = [await startEnvoy('one', xdsAddress), await startEnvoy('two', xdsAddress)];
  await send(one, 30);
  await send(two, 40);
  await counted(books, 70);
  // A restart shows in Envoy's age, which it tells in whole seconds.
  const isOld = async () => ((await one.admin.stats('^server.uptime$')).get('server.uptime') ?? 0) >= 6;
  await eventually(isOld, { intervalMs: 100, timeoutMs: 15_000 });
  await one.stop({ force: true });
  await eventually(() => books.envoys('orders').find(({ node }) => node === 'one')?.connected === false);
  expect(books.mirrored('orders')).toBe(70);
  await send(await startEnvoy('one', xdsAddress), 50);
  await counted(books, 120);
  expect(
    books
      .envoys('orders')
      .map(({ node, connected, candidate }) => [node, connected, candidate.sent])
      .sort(),
  ).toEqual([
    ['one', true, 80],
    ['two', true, 40],
  ]);
});

test('a control plane that comes back counts from then on, over the connection that Envoy opens anew', async () => {
  const first = await startBooks();
  const envoy = await startEnvoy('one', first.xdsAddress);
  await send(envoy, 30);
  await counted(first.books, 30);
  await first.close();
  // Nobody can compare these.
  await send(envoy, 20);
  const second = await startBooks(first.xdsAddress);
  await eventually(() => second.books.mirrored('orders') === 0);
  await send(envoy, 25);
  await counted(second.books, 25);
});
