/** Pairs of JSON bodies as an order service answers them, from one seed: the same for every engine. */
import { type Random, seededRandom } from '../../support/index.ts';

export const SIZES = { '1 KB': 1_000, '32 KB': 32_000, '2 MB': 2_000_000 } as const;
export type Size = keyof typeof SIZES;

/** What the candidate does to the primary's answer. */
export const CHANGES = {
  equal: 'the same bytes',
  'other key order': 'the same values, keys in another order',
  'one value': 'one amount differs, at its fourth decimal',
  noise: 'as above, and a time and a trace id differ, as in nearly every real pair',
  insertions: 'some elements are inserted into arrays',
  reordered: 'some elements stand elsewhere',
} as const;
export type Change = keyof typeof CHANGES;

export interface Pair {
  readonly primary: string;
  readonly candidate: string;
}

interface Line {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: number;
  readonly total: number;
}

interface Order {
  readonly id: string;
  readonly status: string;
  readonly placedAt: string;
  readonly customer: { readonly id: string; readonly group: string; readonly address: object };
  readonly lines: Line[];
  readonly totals: { readonly net: number; tax: number; readonly gross: number };
  readonly tags: string[];
}

interface Answer {
  requestedAt: string;
  traceId: string;
  orders: Order[];
}

const CITIES = ['Trondheim', 'Leeds', 'Malmö', 'Łódź', 'Gent', 'Zürich'];
const WORDS = ['mug', 'kettle', 'grinder', 'scale', 'dripper', 'filter', 'beans', 'tin', 'press', 'jug'];

export function makePair(size: Size, change: Change, seed: number): Pair {
  const random = seededRandom(seed);
  const primary = makeAnswer(SIZES[size], random);
  const candidate = structuredClone(primary);
  if (change === 'other key order') return { primary: write(primary), candidate: write(reverseKeys(primary)) };
  if (change === 'one value' || change === 'noise') changeOneValue(candidate, random);
  if (change === 'noise') {
    candidate.requestedAt = time(random);
    candidate.traceId = hex(random, 32);
  }
  if (change === 'insertions') insert(candidate, random);
  if (change === 'reordered') reorder(candidate, random);
  return { primary: write(primary), candidate: write(candidate) };
}

function makeAnswer(bytes: number, random: Random): Answer {
  const answer: Answer = { requestedAt: time(random), traceId: hex(random, 32), orders: [] };
  for (let length = write(answer).length; length < bytes; ) {
    const order = makeOrder(random, answer.orders.length);
    answer.orders.push(order);
    length += write(order).length + 1;
  }
  return answer;
}

function makeOrder(random: Random, number: number): Order {
  const lines = Array.from({ length: 2 + Math.floor(random() * 4) }, () => makeLine(random));
  const net = lines.reduce((sum, { total }) => sum + total, 0);
  return {
    id: `A-${100_000 + number}`,
    status: pick(random, ['placed', 'paid', 'shipped', 'delivered']),
    placedAt: time(random),
    customer: {
      id: `u-${wholeNumber(random, 0, 20_000)}`,
      group: pick(random, ['employees', 'beta', 'everyone']),
      address: {
        street: `${pick(random, WORDS)} street`,
        house: wholeNumber(random, 1, 200),
        city: pick(random, CITIES),
      },
    },
    lines,
    totals: { net: cents(net), tax: cents(net * 0.19), gross: cents(net * 1.19) },
    tags: Array.from({ length: wholeNumber(random, 0, 3) }, () => pick(random, WORDS)),
  };
}

function makeLine(random: Random): Line {
  const quantity = wholeNumber(random, 1, 5);
  const unitPrice = cents(1 + random() * 100);
  const sku = `${pick(random, WORDS).slice(0, 3).toUpperCase()}-${wholeNumber(random, 1000, 9999)}`;
  return {
    sku,
    name: `${pick(random, WORDS)} ${pick(random, WORDS)}`,
    quantity,
    unitPrice,
    total: cents(quantity * unitPrice),
  };
}

function changeOneValue({ orders }: Answer, random: Random): void {
  const { totals } = pick(random, orders);
  totals.tax = Number((totals.tax + 0.0001).toFixed(4));
}

/** One for every fifty orders, and a line in one of them. */
function insert({ orders }: Answer, random: Random): void {
  for (let count = Math.ceil(orders.length / 50); count > 0; count--) {
    const { lines } = pick(random, orders);
    lines.splice(wholeNumber(random, 0, lines.length - 1), 0, makeLine(random));
    orders.splice(wholeNumber(random, 0, orders.length - 1), 0, makeOrder(random, 500_000 + count));
  }
}

/** One of fifty orders moves, and the lines of one turn round. */
function reorder({ orders }: Answer, random: Random): void {
  for (let count = Math.ceil(orders.length / 50); count > 0; count--) {
    pick(random, orders).lines.reverse();
    const [moved] = orders.splice(wholeNumber(random, 0, orders.length - 1), 1);
    orders.splice(wholeNumber(random, 0, orders.length), 0, moved!);
  }
}

function reverseKeys<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reverseKeys) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, child]) => [key, reverseKeys(child)]),
  ) as T;
}

function write(value: object): string {
  return JSON.stringify(value);
}

function time(random: Random): string {
  return new Date(Date.UTC(2026, 0, 1) + Math.floor(random() * 1e10)).toISOString();
}

function hex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}

function wholeNumber(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

function cents(value: number): number {
  return Math.round(value * 100) / 100;
}
