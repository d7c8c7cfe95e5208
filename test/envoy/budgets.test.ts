/** A mirror with a budget copies what it says and no more, however much comes; users notice nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type OrdersStack, type RawRequest, startLoad, startOrders } from '../support/index.ts';

/** Small, so that also a busy machine offers ten times as much. */
const COPIES_PER_SECOND = 4;
const BODY = Buffer.alloc(10_000, 'x');
const BYTES_PER_SECOND = BODY.length * COPIES_PER_SECOND;
const LOAD_MS = 4000;
const WORKERS = 2;

/** Each with its own path; what is offered is at least ten times the budget. */
const MIRRORS = {
  all: { sample: '100%', limits: { copiesPerSecond: COPIES_PER_SECOND } },
  some: { sample: '20%', limits: { copiesPerSecond: COPIES_PER_SECOND } },
  uploads: { sample: '100%', sideEffects: 'trusted', limits: { bytesPerSecond: BYTES_PER_SECOND } },
};
type MirrorName = keyof typeof MIRRORS;
const NAMES = Object.keys(MIRRORS) as MirrorName[];

let orders: OrdersStack;
beforeAll(async () => {
  const mirrors = NAMES.map((name) => [
    name,
    { match: { path: `/api/${name}` }, primary: 'v1', shadow: 'v2', ...MIRRORS[name] },
  ]);
  orders = await startOrders({ policy: { mirrors: Object.fromEntries(mirrors) } });
});
afterAll(() => orders?.close());

/** Sends as fast as Envoy answers until the time is over. */
async function load(name: MirrorName) {
  const path = `/api/${name}/7`;
  const request: RawRequest = name === 'uploads' ? { method: 'POST', path, body: BODY } : { path };
  const startedAt = performance.now();
  const running = startLoad({ port: orders.port, connections: 8, request: () => request });
  await eventually(() => performance.now() - startedAt > LOAD_MS, { what: 'the end of the load' });
  const { sent, failed, durationMs } = await running.stop();
  return { sent, failed, seconds: durationMs / 1000 };
}

test('at ten times the budget the shadow gets the budget', async () => {
  const loads = Object.fromEntries(
    await Promise.all(NAMES.map(async (name) => [name, await load(name)] as const)),
  ) as Record<MirrorName, Awaited<ReturnType<typeof load>>>;
  await orders.settled();
  const { primary, shadow } = orders;
  const received = primary.recorder.countBy(mirrorOf);
  const copies = shadow.recorder.countBy(mirrorOf);
  for (const name of NAMES) {
    const { sent, failed, seconds } = loads[name];
    expect(failed, name).toBe(0);
    expect(received[name], name).toBe(sent);
    expect(sent / seconds, `${name}: offered`).toBeGreaterThan(10 * COPIES_PER_SECOND);
    // Half a second of the budget may come at once; two workers may decide in the same moment.
    expect(copies[name], name).toBeLessThanOrEqual(COPIES_PER_SECOND * (seconds + 0.5) + WORKERS);
    // If requests that the share leaves out used it up, `some` would get a fifth.
    expect(copies[name], name).toBeGreaterThan(COPIES_PER_SECOND * seconds * 0.6);
  }
  const counters = await orders.stack.admin.stats(/^wasmcustom\.shadowplane\.(skipped|copied_bytes)\./);
  const counted = (counter: string) => counters[`wasmcustom.shadowplane.${counter}`];
  for (const name of ['all', 'uploads'] as const) {
    expect(counted(`skipped.mirror.${name}.cause.budget`), name).toBe(loads[name].sent - copies[name]!);
  }
  expect(counted('copied_bytes.mirror.uploads.role.candidate')).toBe(copies.uploads! * BODY.length);
});

function mirrorOf({ parts }: { parts: { path: string } }): string | undefined {
  return /^\/api\/(\w+)/.exec(parts.path)?.[1];
}
