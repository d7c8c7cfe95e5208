import { price } from './core/pricing.ts';
import { VERSIONS } from './core/versions.ts';
import type { OrderRequest, PricedOrder } from './domain.ts';
import { makeOrder } from './order-maker.ts';
import { seededRandom, seedOf } from './random.ts';

/**
 * The delivered orders of the past, as a database shared by all services would hold them: computed from the id, so every
 * instance knows the same ones, and priced long ago by v1. Ids are `A-100000` to `A-599999`.
 */
export interface KeptOrder {
  readonly id: string;
  readonly status: 'delivered' | 'placed' | 'changed';
  readonly placedAt: string;
  readonly request: OrderRequest;
  readonly priced: PricedOrder;
}

const FIRST_ID = 100_000;
const ID_COUNT = 500_000;
const CUSTOMERS = 20_000;
const FIRST_DAY_MS = Date.UTC(2024, 0, 1);
const YEAR_SECONDS = 365 * 24 * 3600;

export function findArchived(id: string): KeptOrder | undefined {
  const match = /^A-(\d{6})$/.exec(id);
  const index = Number(match?.[1]) - FIRST_ID;
  if (!match || index < 0 || index >= ID_COUNT) return undefined;
  const random = seededRandom(seedOf(id));
  const request = makeOrder(random, customerName(index % CUSTOMERS));
  const placedAt = new Date(FIRST_DAY_MS + random.between(0, YEAR_SECONDS) * 1000).toISOString();
  return { id, status: 'delivered', placedAt, request, priced: price(request, VERSIONS.v1) };
}

/** A customer's delivered orders, oldest id first; between none and six. */
export function archivedOrdersOf(customer: string): KeptOrder[] {
  const match = /^u-(\d{1,5})$/.exec(customer);
  const index = Number(match?.[1]);
  if (!match || index >= CUSTOMERS) return [];
  const count = seededRandom(seedOf(customer)).between(0, 6);
  return Array.from({ length: count }, (_, turn) => findArchived(archivedId(index + turn * CUSTOMERS))).filter(
    (order) => order !== undefined,
  );
}

export function archivedId(index: number): string {
  return `A-${FIRST_ID + (index % ID_COUNT)}`;
}

export function customerName(index: number): string {
  return `u-${index % CUSTOMERS}`;
}
