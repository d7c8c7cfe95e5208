import { request } from 'node:http';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CAPTURE_PATH } from '../ingest/index.ts';
import { batchFields, END, encodeBatch, type HalfFields, halfFields, header, SIDE } from '../ingest/testing.ts';
import { type Pipeline, type PipelineOptions, startPipeline } from './index.ts';

const running: Pipeline[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((pipeline) => pipeline.close()));
});

async function start(options: Partial<PipelineOptions> = {}) {
  const registry = new Registry();
  const pipeline = await startPipeline({
    listen: { host: '127.0.0.1', port: 0 },
    mirrors: new Map([['orders', { control: false }]]),
    registry,
    ...options,
  });
  running.push(pipeline);
  let sequence = 0;
  const send = async (halves: readonly HalfFields[], fields: HalfFields = {}): Promise<number> => {
    sequence += 1;
    return post(pipeline.address, encodeBatch(batchFields(halves, { sequence, ...fields })));
  };
  const count = async (name: string, labels: Record<string, string>): Promise<number> => {
    const { values } = await registry.getSingleMetric(name)!.get();
    const match = values.find((value) => Object.entries(labels).every(([key, label]) => value.labels[key] === label));
    return match?.value ?? 0;
  };
  return { pipeline, send, count, registry };
}

function post(
  address: string,
  body: Uint8Array,
  { path = CAPTURE_PATH, method = 'POST', headers = { 'content-type': 'application/x-protobuf' } } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = `http://${address}${path}`;
    const sent = request(
      url,
      { method, headers: { 'content-length': String(body.length), ...headers } },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const json = (value: unknown): HalfFields => ({ body: Buffer.from(JSON.stringify(value)) });
const pair = (id: string, primary: HalfFields, candidate: HalfFields, control?: HalfFields): HalfFields[] => [
  halfFields({ exchange_id: id, side: SIDE.primary, ...primary }),
  halfFields({ exchange_id: id, side: SIDE.candidate, ...candidate }),
  ...(control ? [halfFields({ exchange_id: id, side: SIDE.control, ...control })] : []),
];
/** Of a user of the candidate: its half has the request, the primary's is a copy's. */
const back = (id: string, candidate: HalfFields, primary: HalfFields): HalfFields[] => {
  const { method, path } = halfFields();
  const copy = { method: '', path: '' };
  return [
    halfFields({ exchange_id: id, side: SIDE.primary, ...primary, ...copy }),
    halfFields({ exchange_id: id, side: SIDE.candidate, method, path, ...candidate }),
  ];
};
const GRPC = [header('content-type', 'application/grpc')];
const compared = (pipeline: Pipeline): number => pipeline.tallies.mirror('orders')?.compared ?? 0;
const onlyStratum = (pipeline: Pipeline) => {
  const [endpoint] = pipeline.tallies.mirror('orders')!.epochs.current!.endpoints.values();
  return { name: endpoint!.endpoint, ...[...endpoint!.strata.values()][0]! };
};

describe('from batches to counts', () => {
  it('what only the candidate does differently is told from what the control does too', async () => {
    const { pipeline, send, count } = await start({ mirrors: new Map([['orders', { control: true }]]) });
    const version = { headers: [header('content-type', 'application/json'), header('x-app-version', '2.1')] };
    for (let index = 0; index < 10; index += 1) {
      const halves = pair(
        `e${index}`,
        json({ total: '12.50', at: 1, id: 7 }),
        { ...json({ total: '12.51', at: 2, id: 7 }), ...version },
        json({ total: '12.50', at: 3, id: 7 }),
      );
      expect(await send(halves)).toBe(204);
    }
    await until(() => compared(pipeline) === 10, 'ten comparisons');
    const { name, pairs, candidateMismatched, controlMismatched, fields, controlled } = onlyStratum(pipeline);
    expect({ name, pairs, candidateMismatched, controlMismatched, controlled }).toEqual({
      name: 'GET /api/orders/{id}',
      pairs: 10,
      candidateMismatched: 10,
      controlMismatched: 0,
      controlled: true,
    });
    expect(fields.get('value /total')?.counts).toMatchObject({ candidateOnly: 10, controlOnly: 0, both: 0 });
    expect(fields.get('value /at')?.counts).toMatchObject({ candidateOnly: 0, controlOnly: 0, both: 10 });
    expect(pipeline.tallies.mirror('orders')?.epochs.current?.version).toBe('2.1');
    expect(await count('shadowplane_compare_exchanges_total', { mirror: 'orders', outcome: 'compared' })).toBe(10);
    expect(pipeline.vms()).toMatchObject([{ node: 'edge-1', batches: 10 }]);
  });

  it.each<[string, HalfFields, boolean]>([
    ['in its trailers', { trailers: [header('grpc-status', '13')] }, true],
    [
      'in a head that is all there is',
      { body: new Uint8Array(), headers: [...GRPC, header('grpc-status', '14')] },
      true,
    ],
    ['that breaks off', {}, true],
    ['that says no', { trailers: [header('grpc-status', '5')] }, false],
  ])('a failure of gRPC is one, though HTTP has 200: %s', async (_, failing, isFailed) => {
    const mirrors = new Map([['orders', { control: false, hasRollout: true }]]);
    const { pipeline, send } = await start({ mirrors });
    const works = { body: new Uint8Array(5), headers: GRPC, trailers: [header('grpc-status', '0')] };
    const fails = { ...works, trailers: [], ...failing };
    await send(pair('e1', works, works));
    await send([...pair('e2', works, fails), ...back('e3', fails, works), ...back('e4', works, fails)]);
    await send(pair('e5', json({ total: 1 }), json({ total: 2 })));
    await until(() => compared(pipeline) === 5, 'five comparisons');
    const { grpc } = pipeline.tallies.mirror('orders')!.epochs.current!.gates.strata.get('sample')!;
    expect(grpc).toEqual({ pairs: 4, failed: { primary: isFailed ? 1 : 0, candidate: isFailed ? 2 : 0 } });
  });

  it('a sample is redacted by the rules of its mirror', async () => {
    const redaction = { headers: ['x-internal'], jsonPaths: ['/customer/email'] };
    const { pipeline, send } = await start({ mirrors: new Map([['orders', { control: false, redaction }]]) });
    const body = json({ customer: { email: 'a@b.example' }, total: 1.0 });
    const secret = { ...body, request_headers: [header('cookie', 's3cret'), header('x-internal', 's3cret')] };
    await send(pair('e1', secret, json({ customer: { email: 'a@b.example' }, total: 2 })));
    await until(() => compared(pipeline) === 1, 'a comparison');
    const [id] = pipeline.tallies.sampleIds(onlyStratum(pipeline).fields.get('value /total')!);
    const sample = pipeline.sample('orders', id!)!;
    expect(Buffer.from(sample.exchange.primary.body).toString()).toBe('{"customer":{"email":"[redacted]"},"total":1}');
    expect(sample.requestHeaders).toEqual([
      ['cookie', '[redacted]'],
      ['x-internal', '[redacted]'],
    ]);
    expect(pipeline.sample('carts', id!)).toBeUndefined();
  });

  it('whoever answered the user: roles are those of versions, the request is that of the user', async () => {
    const { pipeline, send } = await start();
    const answer = { path: '/api/orders/7?x=1', request_headers: [header('x-a', 'b')], ...json({ total: 2 }) };
    const version = { headers: [header('content-type', 'application/json'), header('x-app-version', 'v2')] };
    const [copy, user] = back('b1', { ...answer, ...version }, json({ total: 1 }));
    await send([copy!], { vm_id: 2, role: 2, sequence: 1 });
    await send([user!], { vm_id: 1, role: 1, sequence: 1 });
    await until(() => compared(pipeline) === 1, 'a comparison');
    const { name, fields, candidateMismatched } = onlyStratum(pipeline);
    expect([name, candidateMismatched, [...fields.keys()]]).toEqual(['GET /api/orders/{id}', 1, ['value /total']]);
    expect(pipeline.tallies.mirror('orders')!.epochs.current!.version).toBe('v2');
    expect(pipeline.sample('orders', 'b1')).toMatchObject({
      requestHeaders: [['x-a', 'b']],
      exchange: {
        method: 'GET',
        path: '/api/orders/7?x=1',
        primary: json({ total: 1 }),
        candidate: json({ total: 2 }),
      },
    });
  });

  it('without a control it is known how the values look that differ', async () => {
    const { pipeline, send } = await start();
    const halves = Array.from({ length: 60 }, (_, n) =>
      pair(`e${n}`, json({ at: 1_790_000_000_000 + n, state: 'open' }), json({ at: 1, state: 'shut' })),
    );
    await send(halves.flat());
    await until(() => compared(pipeline) === 60, 'sixty comparisons');
    const { fields } = onlyStratum(pipeline);
    const at = fields.get('value /at')!.looks!.read()!;
    expect(at.format).toBe('time');
    expect(at.distinctShare).toBeGreaterThan(0.9);
    const state = fields.get('value /state')!.looks!.read()!;
    expect(state.format).toBe('enum');
    expect(state.distinctShare).toBeLessThan(0.05);
  });

  it.each([-1, 1])(
    'the clock of the machine may be set, by %d days',
    async (days) => {
      const { pipeline, send, count } = await start({ joiner: { windowMs: 500 } });
      await send(pair('e1', json({ a: 1 }), json({ a: 1 })).slice(0, 1));
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 });
      try {
        // What is alone is given up no later for it, and what belongs together finds together.
        await vi.waitFor(
          async () => {
            const lost = await count('shadowplane_compare_exchanges_total', { mirror: 'orders', outcome: 'expired' });
            expect(lost).toBe(1);
          },
          { timeout: 20_000 },
        );
        await send(pair('e2', json({ a: 1 }), json({ a: 1 })));
        await vi.waitFor(() => expect(compared(pipeline)).toBe(1), { timeout: 20_000 });
      } finally {
        vi.useRealTimers();
      }
    },
    60_000,
  );

  it('what was under way when rules changed counts for no gate, and what is counted from then on means something else', async () => {
    const mirror = { control: false, hasRollout: true, showsGuard: true };
    const rules = [{ id: 'r1', effect: 'ignore', path: '/a', reason: 'noise', author: 'me' }] as const;
    const change = () => pipeline.setMirrors(new Map([['orders', { ...mirror, rules }]]));
    // Told of just before the pair is given to the threads.
    const { pipeline, send } = await start({ mirrors: new Map([['orders', mirror]]), onGuardSign: () => change() });
    const gates = () => pipeline.tallies.mirror('orders')!.epochs.current!.gates;
    const made = { method: 'POST', status: 201, ...json({ a: 1 }) };
    await send(pair('e0', json({ a: 1 }), json({ a: 1 })));
    await until(() => compared(pipeline) === 1, 'a comparison');
    await send(pair('e1', made, { ...made, method: '', path: '', ...json({ a: 2 }) }));
    await until(() => compared(pipeline) === 2, 'two comparisons');
    expect([gates().generation, gates().strata.get('sample')!.pairs]).toEqual([1, 1]);
    change();
    await send(pair('e2', json({ a: 1 }), json({ a: 2 })));
    await until(() => compared(pipeline) === 3, 'three comparisons');
    expect(gates().generation).toBe(1);
    expect(gates().strata.get('sample')).toMatchObject({ pairs: 2, candidateOnly: 0 });
  });

  it('nothing is counted and nothing shown of a mirror that is gone by then: nobody says what of it is to be hidden', async () => {
    const mirrors = new Map([['orders', { control: true, redaction: { keepBodies: false } }]]);
    const { pipeline, send } = await start({ mirrors, joiner: { windowMs: 300 } });
    // The control does not answer, so that it waits.
    await send(pair('e1', json({ secret: 1 }), json({ secret: 2 })));
    await send([halfFields({ exchange_id: 'e2', side: SIDE.primary })], { vm_id: 8 });
    expect(pipeline.stats().waiting).toBe(2);
    pipeline.setMirrors(new Map());
    await until(() => pipeline.stats().waiting + pipeline.stats().comparing === 0, 'the end of both');
    expect(pipeline.tallies.mirrors()).toEqual([]);
    expect(pipeline.sample('orders', 'e1')).toBeUndefined();
  });

  it('rules and mirrors can be changed while it runs', async () => {
    const { pipeline, send, count } = await start();
    await send(pair('e1', json({ a: 1 }), json({ a: 2 })));
    await until(() => compared(pipeline) === 1, 'a comparison');
    const rules = [{ id: 'r1', effect: 'ignore', path: '/a', reason: 'noise', author: 'me' }] as const;
    pipeline.setMirrors(new Map([['orders', { control: false, rules }]]));
    await send(pair('e2', json({ a: 1 }), json({ a: 2 })));
    await until(() => compared(pipeline) === 2, 'two comparisons');
    expect(onlyStratum(pipeline)).toMatchObject({ pairs: 2, candidateMismatched: 1 });
    pipeline.setMirrors(new Map());
    expect(pipeline.tallies.mirrors()).toEqual([]);
    await send(pair('e3', {}, {}));
    expect(await count('shadowplane_capture_halves_total', { result: 'unknown_mirror' })).toBe(2);
  });
});

describe('what decides nothing', () => {
  const fieldsOf = (pipeline: Pipeline) => {
    const strata = [...pipeline.tallies.mirror('orders')!.epochs.current!.endpoints.values()].flatMap((endpoint) => [
      ...endpoint.strata.values(),
    ]);
    const mismatched = strata.reduce((total, { candidateMismatched }) => total + candidateMismatched, 0);
    return { fields: strata.flatMap(({ fields }) => [...fields.keys()]), mismatched };
  };
  const at = (second: number): HalfFields => ({ started_at_us: (1_700_000_000 + second) * 1_000_000 });
  const missing: HalfFields = { status: 404 };

  it('a 404 for what was made meanwhile is counted apart; for what was there before it is a mismatch', async () => {
    const { pipeline, send } = await start();
    const made = { method: 'POST', path: '/api/orders', status: 201, ...json({ id: 77_001 }), ...at(0) };
    await send(pair('e1', made, { ...made, ...json({ id: 77_001 }) }));
    const get = (id: number, second: number): HalfFields => ({
      path: `/api/orders/${id}`,
      ...json({ id }),
      ...at(second),
    });
    await send(pair('e2', get(77_001, 5), missing));
    await until(() => compared(pipeline) === 2, 'two comparisons');
    expect(fieldsOf(pipeline)).toEqual({ fields: ['status :status/gone'], mismatched: 0 });
    await send(pair('e3', get(60_000, 6), missing));
    await until(() => compared(pipeline) === 3, 'three comparisons');
    expect(fieldsOf(pipeline)).toEqual({ fields: ['status :status/gone', 'status :status'], mismatched: 1 });
  });

  it('what users of the candidate made, the primary lacks: also apart, though it never fails there otherwise', async () => {
    const { pipeline, send } = await start();
    await send(back('b1', { method: 'PUT', path: '/api/orders/77001', status: 201, ...at(0) }, at(0)));
    for (const second of [5, 6]) {
      await send(back(`b${second}`, { path: '/api/orders/77001', ...at(second) }, { ...missing, ...at(second) }));
    }
    await until(() => compared(pipeline) === 3, 'three comparisons');
    const { fields, mismatched } = fieldsOf(pipeline);
    expect([fields.filter((key) => key.includes('ahead')), mismatched]).toEqual([['status :status/ahead'], 1]);
  });

  it('by the time of its making, where nobody captured the write; a control that fails alike makes it noise', async () => {
    const { pipeline, send } = await start({ mirrors: new Map([['orders', { control: true }]]) });
    const order = (second: number): HalfFields => ({
      ...json({ createdAt: (1_700_000_000 + second) * 1_000 }),
      ...at(60),
    });
    await send(pair('e0', at(0), at(0), at(0)));
    await send(pair('e1', order(30), missing, order(30)));
    await until(() => compared(pipeline) === 2, 'two comparisons');
    expect(fieldsOf(pipeline)).toEqual({ fields: ['status :status/gone'], mismatched: 0 });
    await send(pair('e2', order(30), missing, missing));
    await until(() => compared(pipeline) === 3, 'three comparisons');
    expect(onlyStratum(pipeline).fields.get('status :status')?.counts).toMatchObject({ both: 1, controlOnly: 0 });
    await send(pair('e3', order(-30), missing, order(-30)));
    await until(() => compared(pipeline) === 4, 'four comparisons');
    expect(fieldsOf(pipeline)).toEqual({ fields: ['status :status/gone', 'status :status'], mismatched: 1 });
  });

  it('what rules hide is counted by rule', async () => {
    const rules = [{ id: 'r1', effect: 'ignore', path: '/at', reason: 'noise', author: 'me' }] as const;
    const { pipeline, send } = await start({ mirrors: new Map([['orders', { control: false, rules }]]) });
    for (let index = 0; index < 3; index += 1) await send(pair(`e${index}`, json({ at: index }), json({ at: -1 })));
    await until(() => compared(pipeline) === 3, 'three comparisons');
    expect(fieldsOf(pipeline)).toEqual({ fields: [], mismatched: 0 });
    expect([...pipeline.tallies.mirror('orders')!.epochs.current!.hidden]).toEqual([['r1', 3]]);
  });
});

describe('losses', () => {
  it('each exchange is counted once, by its cause', async () => {
    const { pipeline, send } = await start({ joiner: { windowMs: 1 } });
    await send([
      ...pair('cut', {}, { end: END.cut }),
      ...pair('gone', {}, { end: END.reset, status: 0 }),
      ...pair('own', { local_reply: true }, {}),
      ...pair('long', { truncated: true }, { truncated: true, ...json([1]) }),
      ...pair('gzip', { headers: [header('content-encoding', 'gzip')] }, json([1])),
      ...pair('fine', {}, {}),
    ]);
    await send([halfFields({ exchange_id: 'alone' })]);
    await send([halfFields({ exchange_id: 'limited', local_reply: true, status: 429 })]);
    const sum = (): number => Object.values(pipeline.tallies.mirror('orders')?.lost ?? {}).reduce((a, b) => a + b, 0);
    await until(() => sum() + compared(pipeline) === 8, 'eight ends');
    expect(compared(pipeline)).toBe(1);
    expect(pipeline.tallies.mirror('orders')?.lost).toEqual({
      cut: 1,
      no_answer: 1,
      not_comparable: 2,
      truncated: 1,
      expired: 1,
      not_sent: 1,
      batch_lost: 0,
      over_capacity: 0,
    });
  });

  it('a lost batch is known by its gap, and explains what its halves leave alone', async () => {
    // The loss has to be told of before the lone half is given up.
    const { pipeline, send, count } = await start({ joiner: { windowMs: 2_000 } });
    await send(pair('e1', {}, {}).slice(0, 1), { vm_id: 1 });
    await send([], { vm_id: 2, role: 2, sequence: 1 });
    await send([], { vm_id: 2, role: 2, sequence: 3, counters: { batches_lost: 1, halves_lost: 1 } });
    await until(() => (pipeline.tallies.mirror('orders')?.lost.batch_lost ?? 0) === 1, 'the loss');
    expect(await count('shadowplane_capture_halves_lost_total', { role: 'shadow', cause: 'batch_lost' })).toBe(1);
  });

  it('comparisons that do not keep up are dropped, and counted', async () => {
    const { pipeline, send } = await start({ diff: { maxTasks: 5 } });
    await send(Array.from({ length: 20 }, (_, index) => pair(`e${index}`, {}, {})).flat());
    await until(() => compared(pipeline) === 5, 'five comparisons');
    expect(pipeline.tallies.mirror('orders')?.lost.over_capacity).toBe(15);
  });

  it('at the end nothing is left uncounted', async () => {
    const { pipeline, send } = await start();
    await send([...pair('e1', {}, {}), halfFields({ exchange_id: 'alone' })]);
    await pipeline.close();
    const { lost, compared: done } = pipeline.tallies.mirror('orders')!;
    expect(done + lost.not_comparable).toBe(1);
    expect(lost.expired).toBe(1);
  });
});

describe('the server', () => {
  it('refuses what is no batch', async () => {
    const { pipeline, count } = await start({ listen: { host: '127.0.0.1', port: 0, maxBodyBytes: 1_000 } });
    const { address } = pipeline;
    const batch = encodeBatch(batchFields([]));
    expect(await post(address, batch)).toBe(204);
    expect(await post(address, batch, { path: '/' })).toBe(404);
    expect(await post(address, batch, { method: 'PUT' })).toBe(405);
    expect(await post(address, batch, { headers: { 'content-type': 'text/plain' } })).toBe(415);
    expect(await post(address, Buffer.from('{}'))).toBe(400);
    expect(await post(address, new Uint8Array(1_001))).toBe(413);
    expect(await count('shadowplane_capture_batches_total', { result: 'taken' })).toBe(1);
    for (const status of [404, 405, 415, 400, 413]) {
      expect(await count('shadowplane_capture_batches_total', { result: `refused_${status}` })).toBe(1);
    }
  });

  it('answers 503 when more is on its way than it may hold', async () => {
    const { pipeline } = await start({ listen: { host: '127.0.0.1', port: 0, maxReceivingBytes: 100 } });
    expect(await post(pipeline.address, encodeBatch(batchFields([halfFields()])))).toBe(503);
    expect(await post(pipeline.address, encodeBatch(batchFields([])))).toBe(204);
  });

  it('does not listen beyond loopback without TLS', async () => {
    await expect(start({ listen: { host: '0.0.0.0', port: 0 } })).rejects.toThrow(/need TLS/);
  });
});
