import { archivedId, customerName } from '../archive.ts';
import type { OrderRequest } from '../domain.ts';
import { makeOrder } from '../order-maker.ts';
import { type Random, seededRandom } from '../random.ts';

/**
 * An endless, seeded sequence of requests as a shop's clients send them: the same seed gives the same requests in the same
 * order. Bodies and paths depend on the seed alone, so two instances of the same version answer them alike.
 */
export interface TrafficRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const TRAFFIC_SHARES = {
  /** Of users: what segments look for. */
  employees: 0.04,
  beta: 0.08,
  eu: 0.22,
  /** Of requests. */
  place: 0.38,
  quote: 0.22,
  read: 0.24,
  change: 0.04,
  /** Of reads: an id that nobody has. */
  readUnknown: 0.02,
  /** Of orders: a quantity that is refused. */
  invalid: 0.012,
} as const;

export function* generateRequests(seed: number): Generator<TrafficRequest, never> {
  const random = seededRandom(seed);
  for (;;) yield makeRequest(random);
}

function makeRequest(random: Random): TrafficRequest {
  const user = random.between(0, 19_999);
  const customer = customerName(user);
  const headers = userHeaders(random, user);
  const { place, quote, change, read } = TRAFFIC_SHARES;
  const roll = random.next();
  if (roll < place) return withBody('POST', '/api/orders', headers, anyOrder(random, customer));
  if (roll < place + quote) return withBody('POST', '/api/orders/quote', headers, anyOrder(random, customer));
  if (roll < place + quote + change) {
    return withBody('PUT', `/api/orders/R-${random.between(1, 99_999)}`, headers, anyOrder(random, customer));
  }
  if (roll < place + quote + change + read) {
    const id = random.chance(TRAFFIC_SHARES.readUnknown) ? 'A-000000' : archivedId(random.between(0, 499_999));
    return { method: 'GET', path: `/api/orders/${id}`, headers };
  }
  return { method: 'GET', path: `/api/orders?customer=${customer}&limit=${random.pick([5, 10, 20])}`, headers };
}

/** What a user is stays with the user: the same one is always an employee, on the beta plan, in a region. */
function userHeaders(random: Random, user: number): Record<string, string> {
  const { employees, beta, eu } = TRAFFIC_SHARES;
  const traits = seededRandom(user);
  const session = `session=${random.between(1e8, 1e9).toString(36)}`;
  const headers: Record<string, string> = {
    'x-user-id': customerName(user),
    'x-user-group': traits.chance(employees) ? 'employees' : 'customers',
    cookie: `${session}; plan=${traits.chance(beta) ? 'beta' : 'standard'}`,
    'x-region': traits.chance(eu)
      ? traits.pick(['eu-west-1', 'eu-central-1', 'eu-north-1'])
      : traits.pick(['de-1', 'de-2', 'us-east-1']),
    accept: 'application/json',
  };
  return headers;
}

function anyOrder(random: Random, customer: string): OrderRequest {
  const order = makeOrder(random, customer);
  if (!random.chance(TRAFFIC_SHARES.invalid)) return order;
  return { ...order, lines: order.lines.map((line) => ({ ...line, quantity: 0 })) };
}

function withBody(
  method: 'POST' | 'PUT',
  path: string,
  headers: Record<string, string>,
  order: OrderRequest,
): TrafficRequest {
  const items = order.lines.reduce((sum, line) => sum + line.quantity, 0);
  return {
    method,
    path,
    headers: { ...headers, 'content-type': 'application/json', 'x-cart-items': String(items) },
    body: JSON.stringify(order),
  };
}
