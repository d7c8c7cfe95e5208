import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { VERSIONS, type VersionName } from './core/versions.ts';
import { type ApiAnswer, handle } from './handler.ts';
import { generateRequests, type TrafficRequest } from './traffic/requests.ts';

const REQUESTS = 60_000;

/** A visible difference, found by looking at two answers only. */
type Visible = 'total' | 'shipping' | 'fee' | 'discounts' | 'gift' | 'warning' | 'status';
const NAME_OF: Record<string, Visible> = {
  'loyalty-total': 'total',
  'international-shipping': 'shipping',
  'fee-rounding': 'fee',
  'discount-order': 'discounts',
  'gift-message': 'gift',
  'coupon-warning': 'warning',
  'invalid-status': 'status',
};

const shares = new Map<Visible, number>();
let withAny = 0;

const fresh = { id: 'id', traceId: 'trace', now: '2026-01-01T00:00:00.000Z' };
const answer = (version: VersionName, { method, path, body = '' }: TrafficRequest): ApiAnswer =>
  handle({ method, target: path, body }, fresh, { version: VERSIONS[version], findKept: () => undefined });

function visibleIn(v1: ApiAnswer, v2: ApiAnswer): Visible[] {
  type Shown = {
    totals?: { total: number; tax: number; shipping: number };
    fees?: object;
    discounts?: object[];
    gift?: object;
  };
  const [one, two] = [v1.body as Shown, v2.body as Shown];
  const found: Visible[] = [];
  if (v1.status !== v2.status) found.push('status');
  if (v1.headers.warning !== v2.headers.warning) found.push('warning');
  if (one.totals?.tax !== two.totals?.tax) found.push('total');
  if (one.totals?.shipping !== two.totals?.shipping) found.push('shipping');
  if (!isDeepStrictEqual(one.fees, two.fees)) found.push('fee');
  if (!isDeepStrictEqual(one.discounts, two.discounts)) found.push('discounts');
  if (!isDeepStrictEqual(one.gift, two.gift)) found.push('gift');
  return found;
}

/** The answer without everything that the seven differences touch. */
function remainder({ status, headers, body }: ApiAnswer): object {
  const { warning: _, ...otherHeaders } = headers;
  const copy = structuredClone(body) as Record<string, unknown> & { totals?: Record<string, unknown> };
  for (const key of ['fees', 'discounts', 'gift']) delete copy[key];
  if (copy.totals) for (const key of ['tax', 'shipping', 'total']) delete copy.totals[key];
  return { status: status === 422 ? 400 : status, headers: otherHeaders, body: copy };
}

describe('order-v1 against order-v2, on generated traffic', () => {
  let unexplained: TrafficRequest[] = [];
  let fixedDiffers = 0;

  beforeAll(() => {
    const requests = generateRequests(7);
    for (let i = 0; i < REQUESTS; i++) {
      const request = requests.next().value;
      const [v1, v2] = [answer('v1', request), answer('v2', request)];
      const found = visibleIn(v1, v2);
      for (const name of found) shares.set(name, (shares.get(name) ?? 0) + 1 / REQUESTS);
      if (found.length > 0) withAny += 1 / REQUESTS;
      if (!isDeepStrictEqual(v1, answer('v2-fixed', request))) fixedDiffers += 1;
      if (!isDeepStrictEqual(remainder(v1), remainder(v2))) unexplained = [...unexplained, request];
    }
  });

  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` +\|.*\| ([\d.]+)% +\|$/gm)].map(
    ([, name, percent]) => [name ?? '', Number(percent)] as const,
  );

  test('README.md lists the seven', () => {
    expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(NAME_OF).sort());
  });

  test.each(rows)('%s shows in the share that README.md gives: %d percent', (name, percent) => {
    const measured = 100 * (shares.get(NAME_OF[name] as Visible) ?? 0);
    expect(measured).toBeGreaterThan(percent * 0.85);
    expect(measured).toBeLessThan(percent * 1.15);
  });

  test('nothing else differs', () => {
    expect(unexplained).toEqual([]);
  });

  test('v2-fixed differs in nothing', () => {
    expect(fixedDiffers).toBe(0);
  });

  test('README.md says how many requests show any difference', () => {
    const said = Number(/([\d.]+)% of the requests show at least one/.exec(readme)?.[1]);
    expect(Math.abs(100 * withAny - said)).toBeLessThan(0.5);
  });
});
