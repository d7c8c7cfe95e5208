import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OrdersExample, startOrdersExample } from './start.ts';

const ORDER = {
  customer: 'u-1',
  lines: [{ sku: 'MUG-01', quantity: 2 }],
  shipTo: { country: 'US', postalCode: '94016' },
  payment: 'card',
};

describe('the three services', () => {
  let example: OrdersExample;
  const url = (name: string): string => `http://${example.services.find((service) => service.name === name)?.address}`;
  const seen = async (name: string) =>
    (await fetch(`${url(name)}/debug/seen`)).json() as Promise<Record<string, unknown>>;
  const place = (name: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url(name)}/api/orders`, { method: 'POST', body: JSON.stringify(ORDER), headers });

  beforeAll(async () => {
    example = await startOrdersExample();
  });
  afterAll(() => example.close());

  test('are ready and say which version they are', async () => {
    const answers = await Promise.all(example.services.map(({ name }) => fetch(`${url(name)}/health/ready`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const versions = answers.map(({ headers }) => headers.get('x-app-version'));
    expect(versions[0]).toBe(versions[1]);
    expect(versions[0]).not.toBe(versions[2]);
  });

  test('keep an order that a user placed', async () => {
    const placed = await place('order-v1');
    expect(placed.status).toBe(201);
    const read = await fetch(url('order-v1') + placed.headers.get('location'));
    expect(read.status).toBe(200);
    expect(await seen('order-v1')).toMatchObject({
      shadowRequests: 0,
      effects: { persisted: 1, produced: 1, suppressed: 0 },
    });
  });

  test('answer a copy like a request and keep nothing', async () => {
    const markers = {
      'x-shadow': 'true',
      'x-shadow-mirror': 'orders',
      'x-shadow-reason': 'segment',
      'x-shadow-segment': 'employees',
      'x-shadow-role': 'candidate',
    };
    const placed = await place('order-v2', markers);
    expect(placed.status).toBe(201);
    const read = await fetch(url('order-v2') + placed.headers.get('location'), { headers: { 'x-shadow': 'true' } });
    expect(read.status).toBe(404);
    expect(await seen('order-v2')).toMatchObject({
      requests: 2,
      shadowRequests: 2,
      copies: { 'orders/segment/employees/candidate': 1, '-/-/-/-': 1 },
      effects: { persisted: 0, produced: 0, suppressed: 1 },
    });
  });

  test('are gone after close, and a second close is harmless', async () => {
    const addresses = example.services.map(({ address }) => address);
    await example.close();
    await example.close();
    for (const address of addresses)
      await expect(fetch(`http://${address}/health/ready`)).rejects.toThrow('fetch failed');
  });

  test('a port that is taken is an error that names the service', async () => {
    const first = await startOrdersExample();
    const port = Number(first.services[0]?.address.split(':')[1]);
    try {
      await expect(startOrdersExample({ ports: { 'order-v2': port } })).rejects.toThrow(
        /^order-v2 did not start.*EADDRINUSE/,
      );
    } finally {
      await first.close();
    }
  });
});
