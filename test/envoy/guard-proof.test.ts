/** Requests that change something are copied only while candidate and control prove their shadow guard; users notice nothing. Nor do copies carry their credentials. */
import { afterEach, expect, test } from 'vitest';
import {
  Cleanup,
  eventually,
  jsonAnswer,
  runLoad,
  startHttp1Upstream,
  startLoad,
  startStack,
  startWholeStack,
} from '../support/index.ts';

const INTERVAL_MS = 500;
const TIMEOUT_MS = 500;
/** For the push to Envoy, which takes milliseconds, on a machine that is busy. */
const PUSH_MS = 8_000;

const CREDENTIALS = { authorization: 'Bearer user', cookie: 'plan=beta', 'x-api-key': 'k' };
const NONE = [undefined, undefined, undefined];

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** A service whose guard the test switches on and off. */
async function startGuarded(name: string) {
  const guard = { on: false };
  const copies: Array<{ readonly method: string; readonly atMs: number }> = [];
  const upstream = await startHttp1Upstream({
    name,
    answer: (answering) => {
      const { method, path } = answering.request.parts;
      if (!path.startsWith('/.well-known/')) {
        copies.push({ method, atMs: performance.now() });
        jsonAnswer(answering);
      } else if (guard.on) answering.send({ body: '{"guard":"test","mode":"always","guarded":true}' });
      else answering.send({ status: 404, body: 'nothing here' });
    },
  });
  cleanup.defer(() => upstream.close());
  return { upstream, guard, copies, of: (method: string) => copies.filter((copy) => copy.method === method).length };
}

test('unsafe copies begin with the proofs and end with the first that is lost', async () => {
  const [primary, shadow, control] = await Promise.all(['v1', 'v2', 'v1-twin'].map(startGuarded));
  const serviceOf = ({ upstream }: typeof primary & {}) => ({
    address: upstream.address,
    guardProbe: { interval: `${INTERVAL_MS}ms`, timeout: `${TIMEOUT_MS}ms` },
  });
  shadow!.guard.on = true;
  const stack = await startStack({
    services: { v1: serviceOf(primary!), v2: serviceOf(shadow!), 'v1-twin': serviceOf(control!) },
    mirrors: {
      orders: {
        match: { path: '/api/orders' },
        primary: 'v1',
        shadow: 'v2',
        control: 'v1-twin',
        sample: '100%',
        sideEffects: 'guarded',
        credentials: 'strip',
      },
    },
  });
  cleanup.defer(() => stack.close());
  const states = async () => {
    const { items } = (await stack.api.get('/guards')) as { items: Array<{ service: string; state: string }> };
    return Object.fromEntries(items.map(({ service, state }) => [service, state]));
  };
  const request = (index: number) => ({
    method: index % 2 ? 'POST' : 'GET',
    path: '/api/orders',
    headers: CREDENTIALS,
    ...(index % 2 && { body: 'order' }),
  });
  const settled = () => eventually(async () => (await stack.admin.copiesInFlight()) === 0);
  await eventually(async () => (await states())['v1-twin'] === 'failed');
  expect(await states()).toEqual({ v2: 'proven', 'v1-twin': 'failed' });

  // The control runs the code of the primary and has no guard: nothing that changes anything goes to anybody.
  const before = await runLoad({ port: stack.port, total: 200, request });
  expect(before).toMatchObject({ failed: 0, reconnects: 0 });
  await settled();
  for (const receiver of [shadow!, control!]) {
    expect([receiver.of('GET'), receiver.of('POST')]).toEqual([100, 0]);
  }

  // Whoever asked, a copy does not say so; the request of the user does.
  const credentialsAt = ({ upstream }: typeof primary & {}) => {
    const last = upstream.recorder.all.findLast((recorded) => recorded.parts.path === '/api/orders');
    return Object.keys(CREDENTIALS).map((name) => last?.header(name));
  };
  expect([primary!, shadow!, control!].map(credentialsAt)).toEqual([Object.values(CREDENTIALS), NONE, NONE]);

  control!.guard.on = true;
  await eventually(async () => (await states())['v1-twin'] === 'proven');
  const load = startLoad({ port: stack.port, connections: 4, request });
  await eventually(() => shadow!.of('POST') > 50 && control!.of('POST') > 50);

  control!.guard.on = false;
  const lostAtMs = performance.now();
  await eventually(async () => (await states())['v1-twin'] === 'failed');
  await eventually(() => performance.now() - Math.max(...shadow!.copies.filter(isPost).map(atMs)) > INTERVAL_MS);
  for (const { copies } of [shadow!, control!]) {
    expect(Math.max(...copies.filter(isPost).map(atMs)) - lostAtMs).toBeLessThan(INTERVAL_MS + TIMEOUT_MS + PUSH_MS);
  }
  // What only reads is copied all the while.
  const reads = shadow!.of('GET');
  await eventually(() => shadow!.of('GET') > reads);

  control!.guard.on = true;
  const posts = control!.of('POST');
  await eventually(() => control!.of('POST') > posts);
  const whole = await load.stop();
  expect(whole).toMatchObject({ failed: 0, failures: [], reconnects: 0, statuses: { 200: whole.sent } });
});

test('an instance without the guard, which the probe does not reach, is found by its first answer', async () => {
  // Behind one address: the guard answers the probe, and the answers to copies show it, until one does not.
  const guard = { on: true };
  const [primary, shadow] = await Promise.all(
    ['v1', 'v2'].map((name) =>
      startHttp1Upstream({
        name,
        answer: (answering) => {
          const isProbe = answering.request.parts.path.startsWith('/.well-known/');
          const headers = name === 'v2' && (isProbe || guard.on) ? { 'x-shadow-guard': 'always' } : {};
          answering.send({ body: '{}', headers: { 'content-type': 'application/json', ...headers } });
        },
      }),
    ),
  );
  for (const upstream of [primary!, shadow!]) cleanup.defer(() => upstream.close());
  const stack = await startWholeStack({
    services: { v1: { address: primary!.address }, v2: { address: shadow!.address } },
    mirrors: {
      orders: {
        match: { path: '/api/orders' },
        primary: 'v1',
        shadow: 'v2',
        sample: '100%',
        sideEffects: 'guarded',
        compare: { capture: { headers: ['content-type'] } },
      },
    },
  });
  cleanup.defer(() => stack.close());
  const guards = async () => (await stack.api.get('/guards')).items as Array<{ state: string; reason?: string }>;
  const post = () =>
    runLoad({ port: stack.port, total: 5, request: () => ({ method: 'POST', path: '/api/orders', body: '{}' }) });
  const copied = () => shadow!.recorder.all.filter(({ parts }) => parts.method === 'POST').length;
  await eventually(async () => (await guards())[0]!.state === 'proven');
  await eventually(async () => {
    await post();
    return copied() >= 20;
  });
  expect(await guards()).toMatchObject([{ state: 'proven' }]);
  guard.on = false;
  await eventually(async () => {
    await post();
    return (await guards())[0]!.state === 'failed';
  });
  expect((await guards())[0]!.reason).toMatch(/^answered a copy of POST \/api\/orders without x-shadow-guard/);
  // Probes go on to succeed, and nothing is copied.
  await eventually(async () => (await stack.admin.copiesInFlight()) === 0);
  const before = copied();
  await post();
  await eventually(async () => (await stack.admin.copiesInFlight()) === 0);
  expect(copied()).toBe(before);
});

const isPost = ({ method }: { readonly method: string }): boolean => method === 'POST';
const atMs = ({ atMs: at }: { readonly atMs: number }): number => at;
