import { expect, it } from 'vitest';
import { candidateRoute, leftOutStats, usersStats } from '../resources/names.ts';
import { LEAST_SILENT, Silence } from './silence.ts';

const COPIED = candidateRoute('orders/segment/staff');
const OTHERS = usersStats('orders/sample', 'candidate');
const SECOND_MS = 1_000;

function setUp() {
  const silence = new Silence();
  const counted: Record<string, number> = {};
  const count = (route: string, stat: string, more: number) => {
    const name = `vhost.any.route.${route}.upstream_rq_${stat}`;
    if (!silence.wants(name)) throw new Error(`${name} is not wanted`);
    counted[name] = (counted[name] ?? 0) + more;
  };
  const report = (atMs: number, node = 'edge-1') =>
    silence.report({ node, atMs, values: new Map(Object.entries(counted)) });
  const at = (nowMs: number) => silence.of('orders', 'v2', nowMs)?.why;
  return { silence, count, report, at };
}

it.each([COPIED, OTHERS, leftOutStats(COPIED)])('a service that never answers is found out: %s', (route) => {
  const { count, report, at } = setUp();
  count(route, 'total', 1_000);
  report(0);
  count(route, 'total', LEAST_SILENT);
  report(SECOND_MS);
  expect(at(30 * SECOND_MS)).toBeUndefined();
  expect(at(31 * SECOND_MS)).toBe('v2 has answered none of 10 requests of users that it took more than 30 s ago');
  // Who was taken back may try again.
  expect(at(122 * SECOND_MS)).toBeUndefined();
});

it('one answer, or too few requests, and it is not', () => {
  const few = setUp();
  few.report(0);
  few.count(COPIED, 'total', LEAST_SILENT - 1);
  few.report(SECOND_MS);
  expect(few.at(60 * SECOND_MS)).toBeUndefined();
  few.count(OTHERS, 'total', 1);
  few.report(2 * SECOND_MS);
  expect(few.at(60 * SECOND_MS)).toBeDefined();
  few.count(COPIED, 'completed', 1);
  few.report(50 * SECOND_MS);
  expect(few.at(60 * SECOND_MS)).toBeUndefined();
});

it('an Envoy that restarts begins at 0; one that comes has nothing to tell of before', () => {
  const { silence, report, at, count } = setUp();
  count(COPIED, 'total', 50);
  report(0);
  report(SECOND_MS, 'edge-2');
  expect(at(60 * SECOND_MS)).toBeUndefined();
  const name = `vhost.any.route.${COPIED}.upstream_rq_total`;
  silence.report({ node: 'edge-1', atMs: SECOND_MS, values: new Map([[name, 12]]) });
  expect(at(60 * SECOND_MS)).toContain('none of 12');
  silence.keep(new Set(['carts']));
  expect(at(60 * SECOND_MS)).toBeUndefined();
  silence.gone('edge-1');
  silence.report({ node: 'edge-1', atMs: 2 * SECOND_MS, values: new Map([[name, 40]]) });
  expect(at(60 * SECOND_MS)).toBeUndefined();
});

it('what the primary answers is nothing of it', () => {
  const { silence } = setUp();
  for (const route of ['orders/segment/staff', usersStats('orders/sample', 'primary'), leftOutStats('orders/sample')]) {
    expect(silence.wants(`vhost.any.route.${route}.upstream_rq_total`)).toBe(false);
  }
});
