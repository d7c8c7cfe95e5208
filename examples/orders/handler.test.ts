import { describe, expect, test } from 'vitest';
import { archivedId, archivedOrdersOf, findArchived } from './archive.ts';
import { VERSIONS } from './core/versions.ts';
import { type Fresh, handle } from './handler.ts';
import { generateRequests } from './traffic/requests.ts';

const FRESH: Fresh = { id: 'new-1', traceId: 't-1', now: '2026-01-01T00:00:00.000Z' };
const context = { version: VERSIONS.v1, findKept: () => undefined };
const ask = (method: string, target: string, body: unknown = undefined, fresh = FRESH) =>
  handle({ method, target, body: body === undefined ? '' : JSON.stringify(body) }, fresh, context);

const ORDER = {
  customer: 'u-1',
  lines: [{ sku: 'MUG-01', quantity: 2 }],
  shipTo: { country: 'DE', postalCode: '10115' },
  payment: 'invoice',
};

describe('the order API', () => {
  test('POST places an order and says what is to be kept', () => {
    const answer = ask('POST', '/api/orders', ORDER);
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: '/api/orders/new-1' },
      body: { id: 'new-1', totals: { subtotal: 25.8, tax: 4.9, shipping: 4.9, total: 35.6 } },
      effect: { event: 'order.placed', order: { id: 'new-1' } },
    });
  });

  test('a quote is priced like the order and keeps nothing', () => {
    const answer = ask('POST', '/api/orders/quote', ORDER);
    expect(answer).toMatchObject({ status: 200, body: { quoteId: 'new-1', totals: { total: 35.6 } } });
    expect(answer.effect).toBeUndefined();
    expect(answer.body).not.toHaveProperty('id');
  });

  test('PUT changes an open order, not a delivered one', () => {
    expect(ask('PUT', '/api/orders/R-7', ORDER)).toMatchObject({ status: 200, effect: { event: 'order.changed' } });
    const delivered = ask('PUT', `/api/orders/${archivedId(3)}`, ORDER);
    expect(delivered.status).toBe(409);
    expect(delivered.effect).toBeUndefined();
  });

  test('GET reads delivered orders, by id and by customer', () => {
    const customer = findArchived(archivedId(40_003))?.request.customer ?? '';
    const known = archivedOrdersOf(customer);
    expect(known.length).toBeGreaterThan(0);
    expect(ask('GET', `/api/orders/${known[0]?.id}`)).toMatchObject({ status: 200, body: { customer } });
    const listed = ask('GET', `/api/orders?customer=${customer}&limit=1`);
    expect(listed.body).toMatchObject({ items: [{ id: known[0]?.id }], total: known.length });
  });

  test.each([
    ['GET', '/api/orders/A-000000', 404],
    ['GET', '/elsewhere', 404],
    ['GET', '/api/orders/a/b', 404],
    ['DELETE', '/api/orders', 405],
    ['POST', '/api/orders', 400],
  ])('%s %s is answered %i', (method, target, status) => {
    expect(ask(method, target).status).toBe(status);
  });

  test('two instances of one version differ in id, times and trace id alone', () => {
    const requests = generateRequests(11);
    const other: Fresh = { id: 'new-2', traceId: 't-2', now: '2026-01-01T00:00:09.000Z' };
    for (let i = 0; i < 3000; i++) {
      const { method, path, body = '' } = requests.next().value;
      const request = { method, target: path, body };
      const first = JSON.stringify(handle(request, FRESH, context));
      const twin = JSON.stringify(handle(request, other, context));
      expect(twin.replaceAll('new-2', 'new-1').replaceAll('t-2', 't-1').replaceAll(other.now, FRESH.now)).toBe(first);
    }
  });
});
