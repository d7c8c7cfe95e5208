/** Copies that cost the primary too much stop by themselves, through the runtime layer alone, and are tried again after a calm time. */
import { afterEach, expect, test } from 'vitest';
import {
  eventually,
  type OrdersStack,
  runLoad,
  sendRaw,
  startLoad,
  startOrders,
  startStalledUpstream,
  upload,
} from '../support/index.ts';

let orders: OrdersStack;
let stalled: Awaited<ReturnType<typeof startStalledUpstream>> | undefined;
afterEach(async () => {
  await orders?.close();
  await stalled?.close();
  stalled = undefined;
});

interface Brake {
  readonly state: string;
  readonly reason: string | null;
  readonly memoryBytes: number;
}
const brake = async () => (await orders.stack.api.get('/mirrors/orders/brake')) as unknown as Brake;

/** Whether requests take the route that copies now; whether the copies arrive is up to the shadow. */
async function copies(): Promise<boolean> {
  const sent = () => orders.stack.admin.sum(/^vhost\.any\.route\.orders\/sample\.upstream_rq_total$/);
  const before = await sent();
  await runLoad({ port: orders.port, total: 20, request: () => ({ path: '/api/orders' }) });
  return (await sent()) > before;
}

test('copies that fill the memory of Envoy stop, and are sent again when it is back', async () => {
  stalled = await startStalledUpstream();
  orders = await startOrders({
    shadowAddress: stalled.address,
    mirror: {
      sample: '100%',
      sideEffects: 'trusted',
      limits: { maxBodyBytes: '16MiB', timeout: '20s' },
      brake: { memory: '40MiB', calm: '2s' },
    },
  });
  expect(await brake()).toMatchObject({ state: 'released' });
  const changes = await orders.stack.admin.listenerChanges();
  const uploads = Array.from({ length: 4 }, () =>
    upload(orders.port, { path: '/api/orders', bytes: 12e6, framing: 'content-length' }),
  );
  expect((await Promise.all(uploads)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const on = await eventually(async () => ((await brake()).state === 'on' ? brake() : undefined), {
    timeoutMs: 60_000,
    intervalMs: 100,
  });
  expect(on!.reason).toMatch(/^Envoy has \d+ MiB allocated; the bound is 40 MiB$/);
  await eventually(async () => !(await copies()));
  // The stalled copies go with their connections, and with them what they hold.
  await stalled.close();
  await eventually(async () => (await brake()).state === 'released', { timeoutMs: 60_000, intervalMs: 100 });
  await eventually(copies);
  expect(await orders.stack.admin.listenerChanges()).toEqual(changes);
});

test('copies that make the primary fail stop; others like them, that the share left out, tell', async () => {
  // What the primary and its shadow share suffers: it fails whenever it is asked for the same thing twice.
  orders = await startOrders({
    answers: {
      primary: ({ request, send }) =>
        void setTimeout(
          () => send({ status: orders.shadow.recorder.has(request.testId!) ? 500 : 200, body: '{}' }),
          25,
        ),
    },
    mirror: { sample: '50%', brake: { calm: '1m' } },
  });
  const load = startLoad({
    port: orders.port,
    request: (index) => ({ path: '/api/orders', headers: { 'x-test-id': String(index) } }),
  });
  const on = await eventually(async () => ((await brake()).state === 'on' ? brake() : undefined), {
    timeoutMs: 80_000,
    intervalMs: 100,
  });
  expect(on!.reason).toMatch(/^orders\/sample: of requests that are copied \d+\.\d+% fail, of others like them 0\.00%/);
  await eventually(async () => !(await copies()));
  await load.stop();
  expect((await sendRaw(orders.port, { path: '/api/orders' })).status).toBe(200);

  await orders.stack.api.post('/mirrors/orders/brake/release', {});
  await eventually(copies);
});
