import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Condition } from '../xds-server/policy/model.ts';
import { type SimulatedHost, stubCel } from './simulated-host/index.ts';
import { decide, headers, loadFilter, mirror, primary, startFilter } from './testing.ts';

/** A trap would cost every request in flight a 503: whatever arrives, the module must answer. */

const subject = fc.oneof(
  fc.record({ header: fc.constantFrom('a', 'b', ':authority', 'cookie') }),
  fc.record({ cookie: fc.constantFrom('a', 'b c', 'ü') }),
  fc.record({ query: fc.constantFrom('a', 'b c', '%') }),
  fc.constant({ path: true }),
  fc.constant({ method: true }),
);
const text = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' });
const testOf = fc.oneof(
  fc.record({ equals: text }),
  fc.record({ prefix: text }),
  fc.record({ suffix: text }),
  fc.record({ contains: text }),
  fc.record({ oneOf: fc.array(text, { minLength: 1, maxLength: 20 }) }),
  fc.record({ present: fc.boolean() }),
);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', maxDepth: 8 },
    fc.tuple(subject, testOf).map(([where, what]) => ({ ...where, ...what }) as Condition),
    fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 4 }) }),
    fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 4 }) }),
    fc.record({ not: tie('condition') }),
    fc.constantFrom<Condition>({ cel: 'yes' }, { cel: 'fails' }),
  ),
}));
const rawValue = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ maxLength: 100 }),
  fc.constantFrom(
    'a=',
    '; ;=;',
    '%',
    '?a=%',
    'a="',
    '%4',
    '=',
    '?',
    '#',
    '?#',
    '?&&=&',
    ':',
    '[]:1',
    '',
    '18446744073709551616',
  ),
);
const rawHeaders = fc.array(
  fc.tuple(
    fc.constantFrom('a', 'b', 'cookie', ':path', ':method', ':authority', 'upgrade', 'content-length', 'x-shadow'),
    rawValue,
  ),
  { maxLength: 12 },
);
const cel = stubCel({ yes: () => true, fails: () => undefined });

describe('fuzz', () => {
  let host: SimulatedHost;
  beforeAll(async () => {
    host = await loadFilter({ foreignFunctions: cel.functions });
  });

  test('any condition on any request', () => {
    fc.assert(
      fc.property(condition, fc.array(rawHeaders, { maxLength: 8 }), fc.boolean(), (when, requests, endOfStream) => {
        const config = primary(
          mirror({ hosts: ['[::1]'], path: '/h' }),
          mirror({ name: 'all', path: '/', segments: [{ name: 's', when }] }),
        );
        const plugin = host.startPlugin(JSON.stringify(config));
        expect(plugin.accepted).toBe(true);
        for (const request of requests) {
          const stream = plugin.stream();
          expect(stream.requestHeaders([...headers(), ...request], endOfStream)).toBe(0);
          expect(stream.requestHeaders(request, endOfStream)).toBe(0);
          stream.end();
        }
        plugin.stop();
      }),
      { numRuns: 300 },
    );
  });

  test('any configuration: taken or refused with a reason', () => {
    const pieces = fc.constantFrom(
      ...'{}[]:,"\\ -0.1e+',
      '"role":"primary"',
      '"mirrors":',
      'true',
      'null',
      '\\u',
      'ü',
      '\0',
    );
    const almost = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
    const json = fc.jsonValue().map((value) => JSON.stringify({ role: 'primary', mirrors: value }));
    const deeper = fc.jsonValue().map((value) => JSON.stringify(primary({ ...mirror(), segments: [value] } as never)));
    fc.assert(
      fc.property(fc.oneof(almost, json, deeper, fc.uint8Array({ maxLength: 100 })), (configuration) => {
        host.logs.length = 0;
        const plugin = host.startPlugin(configuration);
        expect(host.messages('error').length).toBe(plugin.accepted ? 0 : 1);
        plugin.stop();
      }),
      { numRuns: 1500 },
    );
  });

  test('any callbacks in any order, also for contexts that do not exist', () => {
    const plugin = host.startPlugin(JSON.stringify({ role: 'shadow', mirrors: [{ name: 'a', maxBodyBytes: 10 }] }));
    const step = fc.tuple(
      fc.constantFrom(
        'proxy_on_context_create',
        'proxy_on_request_headers',
        'proxy_on_request_body',
        'proxy_on_done',
        'proxy_on_delete',
        'proxy_on_configure',
      ),
      fc.oneof(fc.nat({ max: 5 }), fc.integer()),
      fc.oneof(fc.constant(plugin.contextId), fc.integer()),
      fc.integer(),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        for (const [callback, id, first, second] of steps) {
          if (id === plugin.contextId) continue;
          host.call(callback, id >>> 0, first, second);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('size', () => {
  test('a header of 60 KiB, thousands of cookies, thousands of parameters', async () => {
    const filter = await startFilter(
      primary(
        mirror({
          segments: [
            { name: 'long', when: { header: 'x-long', contains: `${'a'.repeat(200)}b` } },
            { name: 'cookie', when: { cookie: 'last', equals: 'yes' } },
            { name: 'query', when: { query: 'last', equals: 'y s' } },
          ],
        }),
      ),
    );
    const many = (separator: string) => Array.from({ length: 6000 }, (_, i) => `k${i}=v`).join(separator);
    expect(decide(filter, { 'x-long': 'a'.repeat(60_000) })).toBe('orders/sample');
    expect(decide(filter, { cookie: `${many('; ')}; last=yes` })).toBe('orders/segment/cookie');
    expect(decide(filter, { ':path': `/api/orders?${many('&')}&last=y%20s` })).toBe('orders/segment/query');
  });

  test('a request whose headers are too large to hold is not mirrored, and the next one is', async () => {
    const when: Condition = { header: 'x-huge', present: true };
    const filter = await startFilter(primary(mirror({ segments: [{ name: 's', when }] })));
    expect(decide(filter, { 'x-huge': 'x'.repeat(8_000_000) })).toBe('orders/segment/s');
    expect(decide(filter, { 'x-huge': 'x'.repeat(17_000_000) })).toBeUndefined();
    expect(decide(filter)).toBe('orders/sample');
  });
});

describe('memory', () => {
  test('does not grow with requests', async () => {
    const when: Condition = {
      any: [
        { cookie: 'a', equals: 'b' },
        { query: 'q', equals: 'a b' },
      ],
    };
    const { host, plugin } = await startFilter(primary(mirror({ segments: [{ name: 's', when }] })));
    const run = () => {
      for (let i = 0; i < 20_000; i++) {
        plugin.request(headers({ cookie: 'a=c', ':path': `/api/orders?q=a%20c${i}` })).end();
      }
    };
    run();
    const before = host.memory.byteLength;
    run();
    expect(host.memory.byteLength).toBe(before);
  });

  test('does not grow with configurations, accepted or refused, nor do metrics', async () => {
    const segments = Array.from({ length: 20 }, (_, i) => ({
      name: `s${i}`,
      when: { header: 'a', oneOf: Array.from({ length: 50 }, (_, j) => `v${j}`) },
    }));
    const config = JSON.stringify(primary(mirror({ segments })));
    const { host } = await startFilter(primary(mirror({ segments })));
    const run = () => {
      for (let i = 0; i < 300; i++) {
        const plugin = host.startPlugin(config);
        expect(plugin.accepted).toBe(true);
        plugin.request(headers()).end();
        plugin.stop();
        const refused = host.startPlugin(config.replace('"GET"', '7'));
        expect(refused.accepted).toBe(false);
        refused.stop();
      }
    };
    run();
    const [bytes, metrics] = [host.memory.byteLength, host.metrics.length];
    run();
    expect(host.memory.byteLength).toBe(bytes);
    expect(host.metrics.length).toBe(metrics);
  });

  test('is given back by streams of the shadow side', async () => {
    const { host, plugin } = await startFilter({ role: 'shadow', mirrors: [{ name: 'a', maxBodyBytes: 10 }] });
    const run = () => {
      for (let i = 0; i < 20_000; i++) plugin.request([['x-shadow-mirror', 'a']]).end();
    };
    run();
    const before = host.memory.byteLength;
    run();
    expect(host.memory.byteLength).toBe(before);
  });
});
