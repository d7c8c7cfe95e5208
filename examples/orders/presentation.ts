import type { KeptOrder } from './archive.ts';
import type { OrderVersion } from './core/versions.ts';

/** Orders as clients see them: euros as JSON numbers, times in ISO 8601. */
export function showOrder(order: KeptOrder, version: OrderVersion) {
  const { request, priced } = order;
  return {
    id: order.id,
    status: order.status,
    placedAt: order.placedAt,
    customer: request.customer,
    shipTo: request.shipTo,
    payment: request.payment,
    lines: priced.lines.map(({ sku, name, quantity, unitCents, cents }) => ({
      sku,
      name,
      quantity,
      unitPrice: euros(unitCents),
      amount: euros(cents),
    })),
    discounts: version.orderDiscounts(priced.discounts).map(({ code, cents }) => ({ code, amount: euros(cents) })),
    ...(request.gift && { gift: version.gift(request.gift) }),
    loyalty: { redeemed: euros(priced.redemptionCents), pointsEarned: priced.pointsEarned },
    fees: { payment: priced.feeTenThousandths / 10_000 },
    totals: {
      currency: 'EUR',
      subtotal: euros(priced.subtotalCents),
      discount: euros(priced.discountCents),
      tax: euros(priced.taxCents),
      shipping: euros(priced.shippingCents),
      total: euros(priced.totalCents),
    },
  };
}

export function showSummary(order: KeptOrder) {
  return { id: order.id, status: order.status, placedAt: order.placedAt, total: euros(order.priced.totalCents) };
}

function euros(cents: number): number {
  return cents / 100;
}
