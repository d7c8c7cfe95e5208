import { beforeAll, describe, expect, test } from 'vitest';
import { CONTINUE, STOP_ITERATION_NO_BUFFER } from './simulated-host/index.ts';
import { type RunningFilter, startFilter } from './testing.ts';

const copy = (role: string, mirror = 'orders') =>
  [
    [':method', 'POST'],
    [':path', '/api/orders'],
    ['x-shadow', 'true'],
    ['x-shadow-mirror', mirror],
    ['x-shadow-role', role],
  ] as const;

describe('role shadow', () => {
  let filter: RunningFilter;
  beforeAll(async () => {
    filter = await startFilter({
      role: 'shadow',
      mirrors: [
        { name: 'orders', maxBodyBytes: 1000, users: true },
        { name: 'carts', maxBodyBytes: 0 },
      ],
    });
  });
  const counted = (kind: 'copies' | 'cut', role: string) =>
    filter.host.metric(`shadowplane.${kind}.mirror.orders.role.${role}`)!;

  test.each(['candidate', 'control', 'primary'])(
    'cuts a copy at the byte that is too many and counts it once: %s',
    (role) => {
      const [copies, cuts] = [counted('copies', role), counted('cut', role)];
      const stream = filter.plugin.request(copy(role), false);
      expect(stream.requestBody(Buffer.alloc(600))).toBe(CONTINUE);
      expect(stream.requestBody(Buffer.alloc(400))).toBe(CONTINUE);
      expect(stream.closed).toBeUndefined();
      expect(stream.requestBody('x')).toBe(STOP_ITERATION_NO_BUFFER);
      expect(stream.closed).toBe('request');
      expect(stream.requestBody('x', true)).toBe(STOP_ITERATION_NO_BUFFER);
      stream.end();
      expect(counted('copies', role)).toBe(copies + 1);
      expect(counted('cut', role)).toBe(cuts + 1);
    },
  );

  test('a stream starts from zero, whatever one before it has counted', () => {
    for (let i = 0; i < 3; i++) {
      const stream = filter.plugin.request(copy('candidate'), false);
      expect(stream.requestBody(Buffer.alloc(900), true)).toBe(CONTINUE);
      expect(stream.closed).toBeUndefined();
      stream.end();
    }
  });

  test('counts each of many streams by itself', () => {
    const streams = Array.from({ length: 3000 }, () => filter.plugin.request(copy('candidate'), false));
    for (const stream of streams) stream.requestBody(Buffer.alloc(500));
    streams.forEach((stream, index) => {
      stream.requestBody(Buffer.alloc(index % 2 === 0 ? 500 : 501));
    });
    expect(streams.map((stream) => stream.closed === 'request')).toEqual(streams.map((_, index) => index % 2 === 1));
    for (const stream of streams) stream.end();
  });

  test('a stream without markers is no copy and is never cut', () => {
    const stream = filter.plugin.request([[':method', 'POST']], false);
    expect(stream.requestBody(Buffer.alloc(5000), true)).toBe(CONTINUE);
    expect(stream.closed).toBeUndefined();
    stream.end();
  });

  test('without a rollout nothing is counted of what goes back', () => {
    const stream = filter.plugin.request(copy('primary', 'carts'), false);
    expect(stream.requestBody('x')).toBe(STOP_ITERATION_NO_BUFFER);
    stream.end();
    const names = filter.host.metrics.map(({ name }) => name).filter((name) => name.includes('.mirror.carts.'));
    expect(names.sort()).toEqual([
      'shadowplane.copies.mirror.carts.role.candidate',
      'shadowplane.copies.mirror.carts.role.control',
      'shadowplane.cut.mirror.carts.role.candidate',
      'shadowplane.cut.mirror.carts.role.control',
    ]);
  });

  test('limit 0 lets a copy without body pass', () => {
    const stream = filter.plugin.request(copy('candidate', 'carts'), false);
    expect(stream.requestBody('', true)).toBe(CONTINUE);
    expect(stream.closed).toBeUndefined();
  });

  test('a copy of a mirror that is not configured is cut at 8 MiB', () => {
    const stream = filter.plugin.request(copy('candidate', 'other'), false);
    for (let i = 0; i < 8; i++) expect(stream.requestBody(Buffer.alloc(1024 * 1024))).toBe(CONTINUE);
    expect(stream.requestBody('x')).toBe(STOP_ITERATION_NO_BUFFER);
    expect(stream.closed).toBe('request');
  });

  test('writes no filter state and changes no header', () => {
    const stream = filter.plugin.request(copy('candidate'));
    expect(stream.filterState.size).toBe(0);
    expect(stream.headerMaps.get('requestHeaders')!.toArray()).toEqual(copy('candidate'));
  });
});
