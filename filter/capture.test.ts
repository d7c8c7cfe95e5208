import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { type CapturedBatch, type CapturedHalf, decodeBatch } from '../test/support/capture-batch.ts';
import type { FilterCapture, FilterConfig } from '../xds-server/resources/filter-config.ts';
import type { Headers, SimulatedHost, SimulatedPlugin, SimulatedStream } from './simulated-host/index.ts';
import { headers, loadCapturingFilter, loadFilter, mirror, primary } from './testing.ts';

const capture: FilterCapture = {
  cluster: 'shadowplane/collector',
  maxBodyBytes: 1000,
  flushIntervalMs: 200,
  maxMemoryBytes: 4 * 1024 * 1024,
  requestHeaders: ['x-request-id', 'Accept', `x-${'long'.repeat(20)}`],
};

let host: SimulatedHost;
let nowNs: bigint;

beforeEach(async () => {
  nowNs = 1_000_000_000_000_000n;
  host = await loadCapturingFilter({ now: () => nowNs, random: randomBytes, properties: { 'xds.node.id': 'edge-1' } });
});

function after(ms: number): void {
  nowNs += BigInt(Math.round(ms * 1_000_000));
}

function start(config: FilterConfig): SimulatedPlugin {
  const plugin = host.startPlugin(JSON.stringify(config));
  expect(host.messages('error')).toEqual([]);
  return plugin;
}

const startPrimary = (fields: Partial<FilterCapture> = {}) =>
  start({
    ...primary(mirror({ segments: [{ name: 'staff', when: { header: 'x-group', equals: 'staff' } }] })),
    capture: { ...capture, ...fields },
  });
const startShadow = (fields: Partial<FilterCapture> = {}) =>
  start({ role: 'shadow', mirrors: [{ name: 'orders', maxBodyBytes: 100 }], capture: { ...capture, ...fields } });

/** A request that takes the route. */
function routed(
  plugin: SimulatedPlugin,
  route: string,
  fields: Record<string, string> = {},
  endOfStream = true,
): SimulatedStream {
  const stream = plugin.stream();
  stream.properties.set('xds.route_name', Buffer.from(route));
  stream.requestHeaders(headers(fields), endOfStream);
  return stream;
}

const COPY: Headers = [
  [':method', 'POST'],
  [':path', '/api/orders?x=1'],
  ['x-shadow', 'true'],
  ['x-shadow-mirror', 'orders'],
  ['x-shadow-role', 'candidate'],
  ['x-shadow-reason', 'segment'],
  ['x-shadow-segment', 'staff'],
  ['x-shadow-id', 'abc-1'],
  ['accept', '*/*'],
];

const copyOf = (fields: Record<string, string>): Headers =>
  Object.entries({ ...Object.fromEntries(COPY), ...fields } as Record<string, string>);

function answer(stream: SimulatedStream, body = '{}', fields: Headers = []): void {
  stream.responseHeaders([[':status', '200'], ...fields]);
  stream.responseBody(body, true);
  stream.end();
}

/** The batch that a tick sends. */
function flush(plugin: SimulatedPlugin): CapturedBatch {
  const before = host.httpCalls.length;
  plugin.tick();
  expect(host.httpCalls.length).toBe(before + 1);
  return decodeBatch(host.httpCalls.at(-1)!.body);
}

function taken(plugin: SimulatedPlugin): void {
  plugin.answerHttpCall(host.httpCalls.at(-1)!.token, [[':status', '204']]);
}

/** Takes everything that is under way or waits; the counters in the end. */
function drain(plugin: SimulatedPlugin): CapturedBatch['counters'] {
  const before = host.httpCalls.length;
  plugin.tick();
  for (let i = before - 1; i < host.httpCalls.length; i++) {
    if (i >= 0) plugin.answerHttpCall(host.httpCalls[i]!.token, [[':status', '204']]);
    if (i === host.httpCalls.length - 1) plugin.tick();
  }
  after(2000);
  return flush(plugin).counters;
}

function only(plugin: SimulatedPlugin): CapturedHalf {
  const { halves } = flush(plugin);
  expect(halves.length).toBe(1);
  return halves[0]!;
}

describe('a half of the primary', () => {
  test('has everything that is known about it', () => {
    const plugin = startPrimary();
    const stream = routed(plugin, 'orders/segment/staff', {
      ':path': '/api/orders/7?a=b',
      'x-group': 'staff',
      accept: 'application/json',
      cookie: 'secret',
      accepx: 'as long as a wanted one',
      [`x-${'long'.repeat(20)}`]: 'kept',
      [`y-${'long'.repeat(30)}`]: 'not kept',
    });
    after(12.5);
    stream.responseHeaders([
      [':status', '201'],
      ['content-type', 'text/plain'],
      ['set-cookie', 'a=1'],
      ['set-cookie', Buffer.from([0x61, 0xff])],
    ]);
    after(1);
    stream.responseBody('first ');
    after(2);
    stream.responseBody('second', true);
    stream.end();
    const sent = flush(plugin);
    expect(host.httpCalls[0]).toMatchObject({
      cluster: 'shadowplane/collector',
      rootContextId: plugin.contextId,
      timeoutMs: 5000,
      headers: [
        [':method', 'POST'],
        [':path', '/capture/v1/batches'],
        [':authority', 'shadowplane-collector'],
        ['content-type', 'application/x-protobuf'],
      ],
    });
    expect(sent).toMatchObject({
      sequence: 1,
      role: 'PRIMARY',
      node: 'edge-1',
      sentAtUs: 1_000_000_015_500,
      counters: { started: 1, captured: 1, droppedOverCapacity: 0, batchesLost: 0, halvesLost: 0 },
    });
    expect(sent.vmId).not.toBe('0');
    expect(sent.halves).toEqual([
      {
        exchangeId: stream.filterState.get('wasm.shadowplane.id'),
        side: 'SIDE_PRIMARY',
        mirror: 'orders',
        reason: 'SEGMENT',
        segment: 'staff',
        method: 'GET',
        path: '/api/orders/7?a=b',
        requestHeaders: [
          ['accept', 'application/json'],
          [`x-${'long'.repeat(20)}`, 'kept'],
        ],
        status: 201,
        headers: [
          ['content-type', 'text/plain'],
          ['set-cookie', 'a=1'],
          ['set-cookie', 'a\xff'],
        ],
        trailers: [],
        body: Buffer.from('first second'),
        bodyBytes: 12,
        truncated: false,
        startedAtUs: 1_000_000_000_000,
        headersAfterUs: 12_500,
        lastByteAfterUs: 15_500,
        waitedUs: 0,
        localReply: false,
        localReplyDetails: '',
        end: 'COMPLETE',
      },
    ]);
  });

  test('exists only where the request took the route of its decision', () => {
    const plugin = startPrimary();
    for (const route of ['orders', 'orders/segment/staff', 'orders/sample/', '']) answer(routed(plugin, route));
    answer(routed(plugin, 'orders/sample', { ':path': '/other' }));
    answer(routed(plugin, 'orders/sample', { ':method': 'POST' }));
    const unrouted = plugin.request(headers());
    answer(unrouted);
    expect(unrouted.filterState.has('wasm.shadowplane.id')).toBe(true);
    answer(routed(plugin, 'orders/sample'));
    const { halves, counters } = flush(plugin);
    expect(halves.map(({ reason, segment }) => [reason, segment])).toEqual([['SAMPLE', '']]);
    expect(counters.started).toBe(1);
  });

  test('says when the answer is Envoy’s own', () => {
    const plugin = startPrimary();
    const local = routed(plugin, 'orders/sample');
    local.properties.set('response.code_details', Buffer.from('no_healthy_upstream'));
    local.responseHeaders([[':status', '503']]);
    local.responseBody('no healthy upstream', true);
    const own = routed(plugin, 'orders/sample');
    own.properties.set('response.code_details', Buffer.from('via_upstream'));
    answer(own);
    expect(flush(plugin).halves).toMatchObject([
      { status: 503, localReply: true, localReplyDetails: 'no_healthy_upstream' },
      { status: 200, localReply: false, localReplyDetails: '' },
    ]);
  });

  test('is told by the mark of its route, without asking for the name, where routes are marked', () => {
    const plugin = startPrimary({ routesAreMarked: true, localRepliesAreErrors: true });
    const COPIES = 'xds.route_metadata.filter_metadata.shadowplane.copies';
    answer(routed(plugin, 'orders/sample'));
    const marked = routed(plugin, 'another name');
    marked.properties.set(COPIES, Buffer.alloc(0));
    host.hostCalls.clear();
    answer(marked);
    expect(host.hostCalls.get('proxy_get_property')).toBe(1);
    expect(only(plugin)).toMatchObject({ reason: 'SAMPLE', status: 200 });
  });

  test('is the candidate’s where its route says that copies go back, and has the request in it', () => {
    const plugin = startPrimary({ routesAreMarked: true, localRepliesAreErrors: true });
    const copies = (value: string) => {
      const stream = routed(plugin, '', { ':path': '/api/orders/7' });
      stream.properties.set('xds.route_metadata.filter_metadata.shadowplane.copies', Buffer.from(value));
      return stream;
    };
    answer(copies('back'));
    answer(copies(''));
    copies('back').end();
    expect(flush(plugin).halves).toMatchObject([
      { side: 'SIDE_CANDIDATE', method: 'GET', path: '/api/orders/7', reason: 'SAMPLE', end: 'COMPLETE' },
      { side: 'SIDE_PRIMARY', method: 'GET', path: '/api/orders/7', reason: 'SAMPLE', end: 'COMPLETE' },
      { side: 'SIDE_CANDIDATE', method: 'GET', status: 0, end: 'RESET' },
    ]);
  });

  test('asks whether an answer is Envoy’s own from status 400 on, where others cannot be', () => {
    const plugin = startPrimary({ localRepliesAreErrors: true });
    for (const status of ['200', '302', '399', '400', '503']) {
      const stream = routed(plugin, 'orders/sample');
      stream.properties.set('response.code_details', Buffer.from('a_filter'));
      stream.responseHeaders([[':status', status]], true);
      stream.end();
    }
    expect(flush(plugin).halves.map(({ status, localReply }) => [status, localReply])).toEqual([
      [200, false],
      [302, false],
      [399, false],
      [400, true],
      [503, true],
    ]);
  });

  test('that the client broke off: before the answer, and in it', () => {
    const plugin = startPrimary();
    const early = routed(plugin, 'orders/sample');
    after(3);
    early.end();
    const late = routed(plugin, 'orders/sample');
    late.responseHeaders([[':status', '200']]);
    late.responseBody('half');
    late.end();
    expect(flush(plugin).halves).toMatchObject([
      { status: 0, end: 'RESET', lastByteAfterUs: 3000, headersAfterUs: 0, bodyBytes: 0 },
      { status: 200, end: 'RESET', body: Buffer.from('half'), truncated: false },
    ]);
  });
});

describe('a half of a copy', () => {
  test('takes what it belongs to from the markers', () => {
    const plugin = startShadow();
    answer(plugin.request(COPY));
    answer(plugin.request(copyOf({ 'x-shadow-role': 'control', 'x-shadow-reason': 'sample' })));
    answer(plugin.request(copyOf({ 'x-shadow-role': 'primary', 'x-shadow-reason': 'sample' })));
    answer(plugin.request([[':method', 'GET']]));
    const sent = flush(plugin);
    expect(sent.role).toBe('SHADOW');
    expect(sent.halves).toMatchObject([
      {
        exchangeId: 'abc-1',
        side: 'SIDE_CANDIDATE',
        mirror: 'orders',
        reason: 'SEGMENT',
        segment: 'staff',
        status: 200,
        end: 'COMPLETE',
      },
      { side: 'SIDE_CONTROL', reason: 'SAMPLE', segment: '' },
      { side: 'SIDE_PRIMARY', method: '', reason: 'SAMPLE', segment: '' },
    ]);
    expect(sent.counters.started).toBe(3);
  });

  test('leaves the request to the half of the primary', () => {
    const plugin = startShadow();
    answer(plugin.request(COPY));
    expect(only(plugin)).toMatchObject({ method: '', path: '', requestHeaders: [] });
  });

  test('and how long they waited for a connection, which is asked only of those that took a while', () => {
    const plugin = startShadow();
    const answered = (ms: number, waitedMs?: number) => {
      const stream = plugin.request(COPY);
      const nanoseconds = Buffer.alloc(8);
      nanoseconds.writeBigInt64LE(BigInt((waitedMs ?? 0) * 1e6));
      if (waitedMs !== undefined) stream.properties.set('upstream.cx_pool_ready_duration', nanoseconds);
      after(ms);
      answer(stream);
    };
    answered(30, 12);
    // An Envoy that does not know, or not better.
    answered(30);
    answered(30, 40);
    host.hostCalls.clear();
    answered(0.9, 0.8);
    expect(host.hostCalls.get('proxy_get_property')).toBeUndefined();
    expect(flush(plugin).halves.map(({ headersAfterUs, waitedUs }) => [headersAfterUs, waitedUs])).toEqual([
      [30_000, 12_000],
      [30_000, 0],
      [30_000, 30_000],
      [900, 0],
    ]);
  });

  test('that got no answer, and one that was cut', () => {
    const plugin = startShadow();
    plugin.request(COPY).end();
    const cut = plugin.request(COPY, false);
    cut.requestBody(Buffer.alloc(101));
    expect(cut.closed).toBe('request');
    cut.responseHeaders([[':status', '200']]);
    cut.end();
    expect(flush(plugin).halves.map(({ status, end }) => [status, end])).toEqual([
      [0, 'RESET'],
      [0, 'CUT'],
    ]);
  });
});

describe('what is kept of an answer', () => {
  test('the body up to the limit, from however many pieces, and its whole length', () => {
    const plugin = startPrimary();
    for (const pieces of [[999], [1000], [1001], [600, 600], [1000, 1], [2000, 0], [...Array(30).fill(100), 0]]) {
      const stream = routed(plugin, 'orders/sample');
      stream.responseHeaders([[':status', '200']]);
      let sent = Buffer.alloc(0);
      pieces.forEach((size: number, index: number) => {
        const piece = Buffer.alloc(size, 65 + (index % 26));
        sent = Buffer.concat([sent, piece]);
        stream.responseBody(piece, index === pieces.length - 1);
      });
      stream.end();
      const half = only(plugin);
      expect([half.body.equals(sent.subarray(0, 1000)), half.bodyBytes, half.truncated]).toEqual([
        true,
        sent.length,
        sent.length > 1000,
      ]);
      taken(plugin);
    }
  });

  test('bytes as they came, whatever the announced length', () => {
    const plugin = startPrimary();
    const gzipped = gzipSync('x'.repeat(500));
    for (const announced of [String(gzipped.length), '1', '999999999', 'nonsense', '99999999999999999999']) {
      const stream = routed(plugin, 'orders/sample');
      stream.responseHeaders([
        [':status', '200'],
        ['content-length', announced],
      ]);
      stream.responseBody(gzipped, true);
      stream.end();
      expect(only(plugin).body.equals(gzipped)).toBe(true);
      taken(plugin);
    }
  });

  test('nothing of a body where there is none', () => {
    const plugin = startPrimary();
    const stream = routed(plugin, 'orders/sample');
    stream.responseHeaders([[':status', '204']], true);
    stream.end();
    expect(only(plugin)).toMatchObject({ status: 204, bodyBytes: 0, truncated: false, end: 'COMPLETE' });
  });

  test('trailers, which end it', () => {
    const plugin = startPrimary();
    const stream = routed(plugin, 'orders/sample');
    stream.responseHeaders([[':status', '200']]);
    stream.responseBody('message');
    stream.responseTrailers([
      ['grpc-status', '5'],
      ['grpc-message', 'not found'],
    ]);
    stream.end();
    expect(only(plugin)).toMatchObject({
      body: Buffer.from('message'),
      trailers: [
        ['grpc-status', '5'],
        ['grpc-message', 'not found'],
      ],
      end: 'COMPLETE',
    });
  });

  test('only the headers that are wanted, when the configuration names some', () => {
    const plugin = startPrimary({ headers: ['Content-Type', 'x-version'] });
    answer(routed(plugin, 'orders/sample'), '', [
      ['content-type', 'a'],
      ['etag', 'b'],
      ['x-version', ''],
    ]);
    expect(only(plugin).headers).toEqual([
      ['content-type', 'a'],
      ['x-version', ''],
    ]);
  });

  test('text that is no UTF-8 is made readable for every reader; UTF-8 stays', () => {
    const plugin = startShadow();
    const ofMirror = (bytes: number[]) => [
      ...[...copyOf({})].filter(([name]) => name !== 'x-shadow-mirror'),
      ['x-shadow-mirror', Buffer.from(bytes)] as const,
    ];
    for (const [bytes, read] of [
      [[0x2f, 0xc3, 0xbc], '/ü'],
      [[0x2f, 0xf0, 0x9f, 0x98, 0x80], '/😀'],
      [[0x2f, 0xff, 0x61], '/?a'],
      [[0x2f, 0xc3], '/?'],
      [[0x2f, 0xc0, 0xaf], '/??'],
      [[0x2f, 0xed, 0xa0, 0x80], '/???'],
      [[0x2f, 0xe0, 0x80, 0x80], '/???'],
      [[0x2f, 0xf4, 0x90, 0x80, 0x80], '/????'],
    ] as const) {
      answer(plugin.request(ofMirror([...bytes])));
      expect(only(plugin).mirror).toBe(read);
      taken(plugin);
    }
  });

  test('not an answer whose headers alone are too large for a batch', () => {
    const plugin = startPrimary();
    answer(routed(plugin, 'orders/sample'), '{}', [['x-huge', 'x'.repeat(300_000)]]);
    answer(routed(plugin, 'orders/sample'));
    const { halves, counters } = flush(plugin);
    expect(halves.length).toBe(1);
    expect(counters).toMatchObject({ started: 2, captured: 1, droppedOverCapacity: 1 });
  });
});

describe('batches', () => {
  test('at most one is under way; the next goes with the tick after the answer', () => {
    const plugin = startPrimary();
    answer(routed(plugin, 'orders/sample'));
    expect(flush(plugin)).toMatchObject({ sequence: 1, halves: { length: 1 } });
    answer(routed(plugin, 'orders/sample'));
    after(60_000);
    plugin.tick();
    expect(host.httpCalls.length).toBe(1);
    taken(plugin);
    expect(host.httpCalls.length).toBe(1);
    expect(flush(plugin)).toMatchObject({ sequence: 2, halves: { length: 1 } });
  });

  test('an empty one says every two seconds that the VM lives', () => {
    const plugin = startPrimary();
    const heartbeats: number[] = [];
    for (let ms = 0; ms < 10_000; ms += 200) {
      const before = host.httpCalls.length;
      plugin.tick();
      if (host.httpCalls.length > before) {
        heartbeats.push(ms);
        expect(decodeBatch(host.httpCalls.at(-1)!.body).halves).toEqual([]);
        taken(plugin);
      }
      after(200);
    }
    expect(heartbeats).toEqual([0, 2000, 4000, 6000, 8000]);
  });

  test('the news of lost halves does not wait for two seconds, and is told until it arrives', () => {
    const plugin = startPrimary();
    answer(routed(plugin, 'orders/sample'), '{}');
    const heard: Array<readonly [ms: number, halves: number, halvesLost: number]> = [];
    for (let ms = 0; ms < 6_000; ms += 200) {
      const before = host.httpCalls.length;
      plugin.tick();
      if (host.httpCalls.length > before) {
        const { halves, counters } = decodeBatch(host.httpCalls.at(-1)!.body);
        heard.push([ms, halves.length, counters.halvesLost]);
        // The first with the half is lost, and so is the one that tells of it.
        if (heard.length <= 2) plugin.answerHttpCall(host.httpCalls.at(-1)!.token, [[':status', '503']]);
        else taken(plugin);
      }
      after(200);
    }
    expect(heard).toEqual([
      [0, 1, 0],
      [600, 0, 1],
      [1_200, 0, 1],
      [3_200, 0, 1],
      [5_200, 0, 1],
    ]);
  });

  test('a full one does not wait for the tick, and has at most 1 MiB', () => {
    const plugin = startPrimary({ maxBodyBytes: 100_000 });
    const body = 'x'.repeat(100_000);
    for (let i = 0; i < 30; i++) answer(routed(plugin, 'orders/sample'), body);
    expect(host.httpCalls.length).toBe(1);
    expect(host.httpCalls[0]!.rootContextId).toBe(plugin.contextId);
    let received = 0;
    for (let i = 0; i < host.httpCalls.length; i++) {
      const { body: bytes } = host.httpCalls[i]!;
      expect(bytes.length).toBeLessThanOrEqual(1024 * 1024);
      received += decodeBatch(bytes).halves.length;
      taken(plugin);
      // Only what is full follows at once.
      if (i === host.httpCalls.length - 1) plugin.tick();
    }
    expect(received).toBe(30);
    expect(host.httpCalls.length).toBe(4);
  });

  test.each([
    ['is answered by an error', () => [[':status', '413']] as Headers],
    ['is not answered', () => []],
  ])('one that %s is lost and counted, and the next one waits for the tick', (_, reply) => {
    const plugin = startPrimary({ maxBodyBytes: 500_000 });
    for (let i = 0; i < 3; i++) answer(routed(plugin, 'orders/sample'), 'x'.repeat(400_000));
    expect(host.httpCalls.length).toBe(1);
    plugin.answerHttpCall(host.httpCalls[0]!.token, reply());
    answer(routed(plugin, 'orders/sample'), 'x'.repeat(400_000));
    expect(host.httpCalls.length).toBe(1);
    const { counters, sequence } = flush(plugin);
    expect(sequence).toBe(2);
    expect(counters).toEqual({ started: 4, captured: 4, droppedOverCapacity: 0, batchesLost: 1, halvesLost: 1 });
  });

  test('one that cannot be sent, as without a cluster, is lost and counted', () => {
    const plugin = startPrimary();
    host.httpCallStatus = 2;
    answer(routed(plugin, 'orders/sample'));
    plugin.tick();
    host.httpCallStatus = 0;
    answer(routed(plugin, 'orders/sample'));
    expect(flush(plugin)).toMatchObject({ sequence: 2, counters: { captured: 2, batchesLost: 1, halvesLost: 1 } });
  });

  test('an answer to a call that is not under way is nobody’s', () => {
    const plugin = startPrimary();
    answer(routed(plugin, 'orders/sample'));
    flush(plugin);
    for (const token of [0, 2, 99]) plugin.answerHttpCall(token, [[':status', '500']]);
    taken(plugin);
    taken(plugin);
    after(2000);
    expect(flush(plugin).counters.batchesLost).toBe(0);
  });

  test('roles have batches of their own, also in one VM', () => {
    const [listener, cluster] = [startPrimary(), startShadow()];
    answer(routed(listener, 'orders/sample'));
    answer(cluster.request(COPY));
    const batches = [flush(listener), flush(cluster)];
    expect(batches.map(({ role, sequence, halves }) => [role, sequence, halves.length])).toEqual([
      ['PRIMARY', 1, 1],
      ['SHADOW', 1, 1],
    ]);
    expect(batches[0]!.vmId).not.toBe(batches[1]!.vmId);
  });
});

describe('a new configuration', () => {
  test('takes over: its context sends what streams of the old one captured', () => {
    const old = startPrimary();
    const stream = routed(old, 'orders/sample');
    const renewed = startPrimary();
    answer(stream);
    old.stop();
    expect(flush(renewed)).toMatchObject({ sequence: 1, halves: [{ status: 200 }] });
  });

  test('a call of the context that goes is lost, and does not hold up the next one', () => {
    const old = startPrimary();
    answer(routed(old, 'orders/sample'));
    flush(old);
    const renewed = startPrimary();
    old.stop();
    after(2000);
    expect(flush(renewed)).toMatchObject({ sequence: 2, counters: { batchesLost: 1, halvesLost: 1 } });
  });

  test('without capture ends it, and what is left goes', () => {
    const old = startPrimary({ maxMemoryBytes: 1024 * 1024 });
    const open = Array.from({ length: 50 }, () => routed(old, 'orders/sample'));
    for (let i = 0; i < 50; i++) answer(routed(old, 'orders/sample'));
    const silent = start(primary(mirror()));
    expect(silent.tickPeriodMs).toBe(0);
    old.stop();
    for (const stream of open) answer(stream);
    silent.tick();
    expect(host.httpCalls).toEqual([]);
    const again = startPrimary();
    expect(flush(again).counters).toEqual({
      started: 100,
      captured: 50,
      droppedOverCapacity: 50,
      batchesLost: 1,
      halvesLost: 50,
    });
  });
});

describe('memory', () => {
  test('a collector that never answers: the bound holds, the rest is counted, and everything comes back', () => {
    const plugin = startPrimary({ maxMemoryBytes: 2 * 1024 * 1024, maxBodyBytes: 10_000 });
    const run = () => {
      for (let i = 0; i < 5000; i++) answer(routed(plugin, 'orders/sample'), 'x'.repeat(10_000));
    };
    run();
    plugin.tick();
    const before = host.memory.byteLength;
    run();
    expect(host.memory.byteLength).toBe(before);
    expect(before).toBeLessThan(8 * 1024 * 1024);
    expect(host.httpCalls.length).toBe(1);
    plugin.answerHttpCall(host.httpCalls[0]!.token);
    const { started, captured, droppedOverCapacity, batchesLost } = drain(plugin);
    expect(batchesLost).toBe(1);
    expect(started).toBe(10_000);
    expect(captured + droppedOverCapacity).toBe(10_000);
    expect(captured).toBeGreaterThan(50);
    expect(captured).toBeLessThan(210);
    taken(plugin);
    answer(routed(plugin, 'orders/sample'));
    expect(only(plugin).status).toBe(200);
  });

  test('many answers at once that never end: the bound holds', () => {
    const plugin = startPrimary({ maxMemoryBytes: 1024 * 1024, maxBodyBytes: 10_000 });
    const streams = Array.from({ length: 2000 }, () => routed(plugin, 'orders/sample'));
    for (const stream of streams) {
      stream.responseHeaders([[':status', '200']]);
      for (let i = 0; i < 5; i++) stream.responseBody('x'.repeat(1000));
    }
    expect(host.memory.byteLength).toBeLessThan(6 * 1024 * 1024);
    for (const stream of streams) stream.end();
    const counters = drain(plugin);
    expect(counters.captured).toBeGreaterThan(50);
    expect(counters.captured + counters.droppedOverCapacity).toBe(2000);
  });

  test('does not grow with captured requests', () => {
    const [listener, cluster] = [startPrimary(), startShadow()];
    const run = () => {
      for (let i = 0; i < 20_000; i++) {
        answer(routed(listener, 'orders/sample'), 'x'.repeat(i % 3000), [['etag', 'x'.repeat(i % 700)]]);
        answer(cluster.request(COPY), 'y'.repeat((i * 7) % 3000));
        if (i % 100 !== 0) continue;
        for (const plugin of [listener, cluster]) {
          plugin.tick();
          taken(plugin);
        }
      }
    };
    run();
    const before = host.memory.byteLength;
    run();
    expect(host.memory.byteLength).toBe(before);
  });
});

test('without `capture` nothing is asked, kept or sent, and a module without the callbacks refuses it', async () => {
  const silent = start(primary(mirror()));
  host.hostCalls.clear();
  answer(routed(silent, 'orders/sample'));
  expect([...host.hostCalls.keys()].filter((name) => /get_property|http_call|time|body|tick/.test(name))).toEqual([]);
  const plain = await loadFilter();
  expect(plain.startPlugin(JSON.stringify({ ...primary(), capture })).accepted).toBe(false);
  expect(plain.messages('error')[0]).toContain('capture: is only understood by filter-capture.wasm');
});

test.each([
  [{ ...capture, cluster: '' }, 'capture.cluster: must not be empty'],
  [{ ...capture, maxBodyBytes: 600_000 }, 'capture.maxBodyBytes: must be a whole number from 0 to 524288'],
  [{ ...capture, flushIntervalMs: 9 }, 'capture.flushIntervalMs: must be at least 10'],
  [{ ...capture, maxMemoryBytes: 1000 }, 'capture.maxMemoryBytes: must be at least 1048576'],
  [{ ...capture, requestHeaders: undefined }, 'capture.requestHeaders: is missing'],
  [{ ...capture, routesAreMarked: 1 }, 'capture.routesAreMarked: must be true or false, not a number'],
  [{ ...capture, localRepliesAreErrors: '' }, 'capture.localRepliesAreErrors: must be true or false, not a string'],
  [{ ...capture, headers: [7] }, 'capture.headers[0]: must be a string, not a number'],
  [{ ...capture, body: true }, 'capture.body: is not known here'],
])('refused: %j', (fields, problem) => {
  for (const role of ['primary', 'shadow']) {
    host.logs.length = 0;
    expect(host.startPlugin(JSON.stringify({ role, mirrors: [], capture: fields })).accepted).toBe(false);
    expect(host.messages('error')[0]).toContain(problem);
  }
});
