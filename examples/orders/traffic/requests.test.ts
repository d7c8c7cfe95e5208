import { expect, test } from 'vitest';
import { generateRequests, TRAFFIC_SHARES, type TrafficRequest } from './requests.ts';

function take(seed: number, count: number): TrafficRequest[] {
  const requests = generateRequests(seed);
  return Array.from({ length: count }, () => requests.next().value);
}

test('a seed gives the same requests again, another seed gives others', () => {
  expect(take(5, 200)).toEqual(take(5, 200));
  expect(take(5, 200)).not.toEqual(take(6, 200));
});

test('shares of users and requests are as declared', () => {
  const requests = take(1, 40_000);
  const share = (test: (request: TrafficRequest) => boolean): number => requests.filter(test).length / requests.length;
  const near = (actual: number, expected: number): void => {
    expect(actual).toBeGreaterThan(expected * 0.9);
    expect(actual).toBeLessThan(expected * 1.1);
  };
  near(
    share(({ headers }) => headers['x-user-group'] === 'employees'),
    TRAFFIC_SHARES.employees,
  );
  near(
    share(({ headers }) => headers.cookie?.includes('plan=beta') ?? false),
    TRAFFIC_SHARES.beta,
  );
  near(
    share(({ headers }) => headers['x-region']?.startsWith('eu-') ?? false),
    TRAFFIC_SHARES.eu,
  );
  near(
    share(({ method, path }) => method === 'POST' && path === '/api/orders'),
    TRAFFIC_SHARES.place,
  );
  near(
    share(({ path }) => path === '/api/orders/quote'),
    TRAFFIC_SHARES.quote,
  );
  near(
    share(({ method }) => method === 'PUT'),
    TRAFFIC_SHARES.change,
  );
  near(
    share(({ path }) => path.startsWith('/api/orders/A-')),
    TRAFFIC_SHARES.read,
  );
});

test('the cart size in the header is the number of pieces in the body', () => {
  for (const { headers, body } of take(2, 500)) {
    const lines: Array<{ quantity: number }> = body ? JSON.parse(body).lines : [];
    const pieces = lines.reduce((sum, line) => sum + line.quantity, 0);
    expect(headers['x-cart-items']).toBe(body ? String(pieces) : undefined);
  }
});
