/** Whatever happens to streams, calls and configurations, in whatever order: nothing traps, every half is counted once. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CapturedHalf, decodeBatch } from '../test/support/capture-batch.ts';
import type { SimulatedHost, SimulatedPlugin, SimulatedStream } from './simulated-host/index.ts';
import { headers, loadCapturingFilter, mirror, primary } from './testing.ts';

const capture = {
  cluster: 'collector',
  maxBodyBytes: 3000,
  flushIntervalMs: 100,
  maxMemoryBytes: 1024 * 1024,
  requestHeaders: ['a', 'x-shadow-id'],
};
const CONFIGURATIONS = [
  { ...primary(mirror()), capture },
  { role: 'shadow', mirrors: [{ name: 'orders', maxBodyBytes: 5000 }], capture },
].map((configuration) => JSON.stringify(configuration));

const value = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom('', '200', '99999', 'segment', 'ü', 'orders'));
const anyHeaders = fc.array(
  fc.tuple(
    fc.constantFrom(
      ...['a', 'b', ':status', 'content-length', ':path', ':method', ''],
      ...['mirror', 'role', 'reason', 'segment', 'id'].map((marker) => `x-shadow-${marker}`),
    ),
    value,
  ),
  { maxLength: 8 },
);
const size = fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 9000 }), fc.constant(400_000));

const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('open'), fc.nat(), fc.constantFrom('orders/sample', 'orders', '')) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('requestHeaders'), fc.nat(), anyHeaders) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('requestBody'), fc.nat(), size) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('responseHeaders'), fc.nat(), anyHeaders, fc.boolean()) },
  { weight: 5, arbitrary: fc.tuple(fc.constant('responseBody'), fc.nat(), size, fc.boolean()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('responseTrailers'), fc.nat(), anyHeaders) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('end'), fc.nat()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('tick'), fc.nat()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('answer'), fc.nat(), fc.constantFrom('204', '500', undefined)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('wrongToken'), fc.nat()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('refuse'), fc.constantFrom(0, 0, 2)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('replace'), fc.nat({ max: 1 })) },
) as fc.Arbitrary<[string, ...unknown[]]>;

const COPY = [
  ['x-shadow-mirror', 'orders'],
  ['x-shadow-role', 'candidate'],
  ['x-shadow-reason', 'sample'],
] as const;

class World {
  readonly plugins: SimulatedPlugin[];
  readonly streams: SimulatedStream[] = [];
  /** Tokens of calls that are still to be answered. */
  readonly calls = new Map<number, SimulatedPlugin>();
  private readonly host: SimulatedHost;
  private seen = 0;

  constructor(host: SimulatedHost) {
    this.host = host;
    this.plugins = CONFIGURATIONS.map((configuration) => host.startPlugin(configuration));
  }

  run([what, ...args]: [string, ...unknown[]]): void {
    const number = args[0] as number;
    const stream = this.streams[number % Math.max(this.streams.length, 1)];
    const plugin = this.plugins[number % 2]!;
    if (what === 'open') this.open(plugin, args[1] as string);
    else if (what === 'tick') plugin.tick();
    else if (what === 'refuse') this.host.httpCallStatus = number;
    else if (what === 'replace') this.replace(number);
    else if (what === 'wrongToken') plugin.answerHttpCall(1_000_000 + number);
    else if (what === 'answer') this.answer(number, args[1] as string | undefined);
    else if (stream !== undefined) this.act(stream, what, args);
    this.learnCalls();
  }

  private act(stream: SimulatedStream, what: string, args: unknown[]): void {
    const last = args[2] === true;
    if (what === 'requestHeaders') stream.requestHeaders(args[1] as never, false);
    else if (what === 'requestBody') stream.requestBody(Buffer.alloc(args[1] as number));
    else if (what === 'responseHeaders') stream.responseHeaders(args[1] as never, last);
    else if (what === 'responseBody') stream.responseBody(Buffer.alloc(args[1] as number, 120), last);
    else if (what === 'responseTrailers') stream.responseTrailers(args[1] as never);
    else if (what === 'end') {
      stream.end();
      this.streams.splice(this.streams.indexOf(stream), 1);
    }
  }

  private open(plugin: SimulatedPlugin, route: string): void {
    const stream = plugin.stream();
    stream.properties.set('xds.route_name', Buffer.from(route));
    stream.requestHeaders(plugin === this.plugins[0] ? headers() : [...headers(), ...COPY]);
    this.streams.push(stream);
  }

  private replace(index: number): void {
    const old = this.plugins[index]!;
    this.plugins[index] = this.host.startPlugin(CONFIGURATIONS[index]!);
    old.stop();
    for (const [token, caller] of this.calls) if (caller === old) this.calls.delete(token);
  }

  private answer(number: number, status: string | undefined): void {
    const [token, caller] = [...this.calls][number % Math.max(this.calls.size, 1)] ?? [];
    if (token === undefined || caller === undefined) return;
    this.calls.delete(token);
    caller.answerHttpCall(token, status === undefined ? [] : [[':status', status]]);
  }

  private learnCalls(): void {
    for (const call of this.host.httpCalls.slice(this.seen)) {
      const caller = this.plugins.find(({ contextId }) => contextId === call.rootContextId);
      expect(caller).toBeDefined();
      expect([...this.calls.values()]).not.toContain(caller);
      this.calls.set(call.token, caller!);
    }
    this.seen = this.host.httpCalls.length;
  }

  /** Everything ends well: what is left is sent and taken. */
  settle(): void {
    for (const stream of this.streams.splice(0)) stream.end();
    this.host.httpCallStatus = 0;
    this.learnCalls();
    for (let quiet = 0; quiet < 2; ) {
      quiet = this.calls.size === 0 ? quiet + 1 : 0;
      while (this.calls.size > 0) {
        this.answer(0, '204');
        this.learnCalls();
      }
      for (const plugin of this.plugins) plugin.tick();
      this.learnCalls();
    }
    while (this.calls.size > 0) {
      this.answer(0, '204');
      this.learnCalls();
    }
  }
}

function checkHalf(half: CapturedHalf): void {
  expect(half.body.every((byte) => byte === 120)).toBe(true);
  expect(half.body.length).toBeLessThanOrEqual(capture.maxBodyBytes);
  expect(half.truncated).toBe(half.bodyBytes > half.body.length);
  expect(['COMPLETE', 'RESET', 'CUT']).toContain(half.end);
}

test('random streams, answers, failures and configurations', async () => {
  let now = 1n;
  const host = await loadCapturingFilter({ random: randomBytes, now: () => now });
  const world = new World(host);
  let checked = 0;
  const received = { PRIMARY: 0, SHADOW: 0 };
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 150, size: 'max' }), (steps) => {
      for (const one of steps) world.run(one);
      // Heartbeats are due, so that the last batches say how everything ended.
      now += 10_000_000_000n;
      world.settle();
      const batches = host.httpCalls.slice(checked).map(({ body }) => decodeBatch(body));
      checked = host.httpCalls.length;
      for (const batch of batches) {
        received[batch.role as keyof typeof received] += batch.halves.length;
        for (const half of batch.halves) checkHalf(half);
      }
      for (const role of ['PRIMARY', 'SHADOW'] as const) {
        const { started, captured, droppedOverCapacity, halvesLost } = batches.findLast(
          (batch) => batch.role === role,
        )!.counters;
        expect(captured + droppedOverCapacity).toBe(started);
        // A lost batch may have arrived; one that was never sent has not.
        expect(received[role]).toBeLessThanOrEqual(captured);
        expect(received[role]).toBeGreaterThanOrEqual(captured - halvesLost);
      }
    }),
    { numRuns: 300 },
  );
  expect(received.PRIMARY).toBeGreaterThan(100);
  expect(received.SHADOW).toBeGreaterThan(100);
  expect(host.memory.byteLength).toBeLessThan(8 * 1024 * 1024);
});
