/** Every copy that Envoy counts ends as compared or as lost for one cause: our sum against Envoy's own, whatever goes wrong. */
import { createServer, request } from 'node:http';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CopyBooks } from '../../compare/copies/index.ts';
import { type Pipeline, startPipeline } from '../../compare/pipeline/index.ts';
import {
  Cleanup,
  eventually,
  freePort,
  listenOnFreePort,
  type OrdersOptions,
  type OrdersStack,
  runLoad,
  startOrders,
  startStalledUpstream,
} from '../support/index.ts';

/** Longer than Envoy's statistics take to arrive. */
const WINDOW_MS = 5_000;

let cleanup: Cleanup;
let pipeline: Pipeline;
let books: CopyBooks;
let orders: OrdersStack;

beforeEach(() => {
  cleanup = new Cleanup();
});
afterEach(() => cleanup.run());

/** @param inFront of the comparison, where Envoy delivers. */
async function start(options: OrdersOptions = {}, inFront?: (address: string) => Promise<string>): Promise<void> {
  const sinceMs = Date.now();
  pipeline = cleanup.add(
    await startPipeline({
      listen: { host: '127.0.0.1', port: 0 },
      mirrors: new Map([['orders', { control: options.withControl ?? false, hasRollout: true }]]),
      registry: new Registry(),
      joiner: { windowMs: WINDOW_MS },
    }),
  );
  books = new CopyBooks({ sinceMs, onLoss: (loss) => pipeline.explain(loss) });
  const captureAddress = (await inFront?.(pipeline.address)) ?? pipeline.address;
  orders = cleanup.add(
    await startOrders({
      ...options,
      mirror: { sample: '100%', ...options.mirror },
      stack: { captureAddress, stats: books },
    }),
  );
}

const send = (total: number, connections = 16) =>
  runLoad({ port: orders.port, total, connections, request: (index) => ({ path: `/api/orders/${index}` }) });

/** Waits until nothing is under way, and gives how the copies ended. */
async function settled(copies: number): Promise<Record<string, number>> {
  const ended = () => {
    const { compared, lost } = pipeline.tallies.mirror('orders') ?? { compared: 0, lost: {} };
    return Object.fromEntries(Object.entries({ compared, ...lost }).filter(([, count]) => count > 0));
  };
  const sum = () => Object.values(ended()).reduce((total, count) => total + count, 0);
  await eventually(() => sum() >= copies && books.mirrored('orders') === copies, {
    timeoutMs: 6 * WINDOW_MS,
    intervalMs: 100,
    what: `${copies} copies to end`,
  }).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(ended())} of Envoy's ${books.mirrored('orders')}`);
  });
  expect([sum(), pipeline.stats().waiting]).toEqual([copies, 0]);
  return ended();
}

/** What Envoy counts is told every few seconds, and may be told after the copies have ended. */
const told = (check: () => void) => vi.waitFor(check);
const candidate = () => books.envoys('orders')[0]!.candidate;

test('healthy, with a control: all are compared', async () => {
  await start({ withControl: true });
  await send(500);
  await eventually(() => books.mirrored('orders') === 500);
  expect(await settled(500)).toEqual({ compared: 500 });
  await told(() => expect(books.mirrored('orders', 'control')).toBe(500));
  const expected = {
    node: 'test',
    connected: true,
    candidate: { sent: 500, active: 0, overflow: 0, connectFailures: 0, responses: { '2xx': 500 }, breakerOpen: false },
    filter: { 'selected.reason.sample': 500, 'copies.role.candidate': 500, 'copies.role.control': 500 },
  };
  await told(() => expect(books.envoys('orders')[0]).toMatchObject(expected));
});

test('users on both sides: what goes back is a part of it, and of what is lost', async () => {
  let isStalled = false;
  await start({
    withControl: true,
    mirror: { rollout: { canary: ['50%'], step: { atLeast: '1h' } }, limits: { timeout: '1500ms' } },
    answers: {
      primary: ({ request: asked, send: answer }) => {
        if (!isStalled || asked.header('x-shadow-role') !== 'primary') answer({ body: '{}' });
      },
      shadow: ({ send: answer }) => answer({ body: '{}' }),
    },
  });
  await orders.stack.api.post('/mirrors/orders/rollout/start?wait=60s', {});
  const { sent } = await send(600);
  expect(await settled(sent)).toEqual({ compared: sent });
  const [forward, back] = [books.mirrored('orders', 'candidate')!, books.mirrored('orders', 'primary')!];
  expect([forward + back, books.mirrored('orders', 'control')]).toEqual([sent, sent]);
  expect(Math.min(forward, back)).toBeGreaterThan(sent / 4);
  const counted = () => pipeline.tallies.mirror('orders')!.epochs.current!.gates.strata.get('sample')!;
  expect(counted()).toMatchObject({ pairs: sent, candidateOnly: 0, controlOnly: 0, requests: forward });
  const view = { users: [] as object[] };
  await eventually(async () => {
    Object.assign(view, await orders.stack.api.get('/mirrors/orders/rollout'));
    return JSON.stringify(view.users).includes(`{"requests":${back},`);
  });
  expect(view.users).toMatchObject([
    { stratum: 'sample', primary: { requests: forward, failed: 0 }, candidate: { requests: back, failed: 0 } },
  ]);
  isStalled = true;
  const more = (await send(60)).sent;
  const ended = await settled(sent + more);
  const unanswered = books.mirrored('orders', 'primary')! - back;
  expect(ended).toEqual({ compared: sent + more - unanswered, no_answer: unanswered });
  await eventually(() => books.envoys('orders')[0]!.primary.timeouts === unanswered);
  // The primary's silence is no failure of the candidate.
  expect(counted()).toMatchObject({ failed: { primary: 0, candidate: 0 } });
});

test('a breaker that overflows: refused copies are not sent, those that waited have no answer', async () => {
  const stalled = cleanup.add(await startStalledUpstream());
  await start({ shadowAddress: stalled.address, mirror: { limits: { maxConcurrent: 4, timeout: '2s' } } });
  await send(300);
  await eventually(() => books.envoys('orders')[0]?.candidate.breakerOpen, { what: 'an open breaker' });
  const ended = await settled(300);
  await told(() => expect(candidate()).toMatchObject({ breakerOpen: false, active: 0 }));
  expect(ended).toEqual({ not_sent: expect.any(Number), no_answer: expect.any(Number) });
  expect(ended.not_sent).toBeGreaterThan(250);
  await told(() => expect(candidate().overflow).toBeGreaterThanOrEqual(ended.not_sent!));
});

test('only the candidate overflows: no cause of it is taken for the control’s', async () => {
  await start({
    withControl: true,
    mirror: { limits: { maxConcurrent: 8 } },
    answers: { shadow: ({ send: answer }) => void setTimeout(() => answer({ body: '{}' }), 200) },
  });
  await send(200, 8);
  const ended = await settled(200);
  expect(ended.not_sent).toBeGreaterThan(50);
  expect(ended.compared).toBeGreaterThan(0);
  expect(ended.expired ?? 0).toBe(0);
  const [envoy] = books.envoys('orders');
  expect(pipeline.tallies.mirror('orders')!.controlLost.not_sent ?? 0).toBeLessThanOrEqual(envoy!.control.overflow);
});

test('a dead shadow: some wait for its connection in vain, the others are refused', async () => {
  await start({ shadowAddress: `127.0.0.1:${await freePort()}` });
  await send(300);
  const ended = await settled(300);
  expect(Object.keys(ended).filter((cause) => !['compared', 'no_answer', 'not_sent'].includes(cause))).toEqual([]);
  expect(ended.compared).toBeUndefined();
  await told(() => expect(candidate().connectFailures).toBeGreaterThan(0));
});

test('a slow shadow: some answer in time', async () => {
  let answers = 0;
  await start({
    mirror: { limits: { timeout: '1500ms' } },
    answers: {
      shadow: ({ send: answer }) => {
        answers += 1;
        setTimeout(() => answer({ body: '{}' }), answers % 3 === 0 ? 6_000 : 5);
      },
    },
  });
  await send(120);
  const ended = await settled(120);
  expect(ended).toEqual({ compared: 80, no_answer: 40 });
  await told(() => expect(candidate().timeouts).toBe(40));
});

test('a lossy collector: what never arrives is a lost batch, on both sides and on either', async () => {
  await start({}, async (address) => {
    let batches = 0;
    const server = createServer((incoming, outgoing) => {
      batches += 1;
      if (batches % 4 === 0) {
        incoming.resume().on('end', () => outgoing.writeHead(503).end());
        return;
      }
      const onward = request(
        `http://${address}${incoming.url}`,
        { method: 'POST', headers: incoming.headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode!);
          answer.pipe(outgoing);
        },
      );
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    });
    const port = await listenOnFreePort(server);
    cleanup.defer(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
    return `127.0.0.1:${port}`;
  });
  let sent = 0;
  // Spread over many batches.
  for (let round = 0; round < 12; round += 1) {
    sent += (await send(100)).sent;
    const { batches } = { batches: pipeline.vms().reduce((sum, vm) => sum + vm.batches, 0) };
    await eventually(() => pipeline.vms().reduce((sum, vm) => sum + vm.batches, 0) > batches + 2);
  }
  const ended = await settled(sent);
  expect(ended).toEqual({ compared: expect.any(Number), batch_lost: expect.any(Number) });
  expect(ended.compared).toBeGreaterThan(0);
  expect(ended.batch_lost).toBeGreaterThan(0);
});
