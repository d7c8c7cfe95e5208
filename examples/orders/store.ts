import type { KeptOrder } from './archive.ts';

/** The orders a service has kept, newest last; the oldest go when there are more than `maxOrders`. */
export class OrderStore {
  readonly #orders = new Map<string, KeptOrder>();
  readonly #maxOrders: number;

  constructor(maxOrders = 10_000) {
    this.#maxOrders = maxOrders;
  }

  keep(order: KeptOrder): void {
    this.#orders.delete(order.id);
    this.#orders.set(order.id, order);
    if (this.#orders.size <= this.#maxOrders) return;
    const oldest = this.#orders.keys().next();
    if (!oldest.done) this.#orders.delete(oldest.value);
  }

  find(id: string): KeptOrder | undefined {
    return this.#orders.get(id);
  }

  get size(): number {
    return this.#orders.size;
  }
}
