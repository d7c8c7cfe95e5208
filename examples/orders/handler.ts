import { archivedOrdersOf, findArchived, type KeptOrder } from './archive.ts';
import { price } from './core/pricing.ts';
import { type Problem, validate } from './core/validation.ts';
import type { OrderVersion } from './core/versions.ts';
import type { OrderRequest } from './domain.ts';
import { showOrder, showSummary } from './presentation.ts';

/**
 * The order API as a pure function: what a request is answered with and what it would do to the world. Nothing is done
 * here; the caller carries the effects out, or, for a copy, does not. Ids, times and trace ids come from `fresh`, and they
 * are all in which two instances of the same version may differ.
 */
export interface ApiRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly body: string;
}

export interface Fresh {
  readonly id: string;
  readonly traceId: string;
  readonly now: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  /** Order to keep and event to produce; absent when the request changes nothing. */
  readonly effect?: { readonly order: KeptOrder; readonly event: 'order.placed' | 'order.changed' };
}

export interface ApiContext {
  readonly version: OrderVersion;
  /** Orders placed or changed since the service started. */
  findKept(id: string): KeptOrder | undefined;
}

export function handle(request: ApiRequest, fresh: Fresh, context: ApiContext): ApiAnswer {
  const url = new URL(request.target, 'http://orders');
  const segments = url.pathname.split('/').filter(Boolean);
  if (segments[0] !== 'api' || segments[1] !== 'orders' || segments.length > 3) return notFound(fresh);
  const last = segments[2];
  const { method } = request;
  if (last === undefined) {
    if (method === 'GET' || method === 'HEAD') return list(url);
    if (method === 'POST') return withOrder(request, fresh, context, (order) => create(order, fresh, context));
    return methodNotAllowed(fresh, 'GET, HEAD, POST');
  }
  if (last === 'quote') {
    if (method === 'POST') return withOrder(request, fresh, context, (order) => quote(order, fresh, context));
    return methodNotAllowed(fresh, 'POST');
  }
  if (method === 'GET' || method === 'HEAD') return read(last, fresh, context);
  if (method === 'PUT') return withOrder(request, fresh, context, (order) => change(last, order, fresh, context));
  return methodNotAllowed(fresh, 'GET, HEAD, PUT');
}

function create(request: OrderRequest, fresh: Fresh, { version }: ApiContext): ApiAnswer {
  const { id, now: placedAt } = fresh;
  const order: KeptOrder = { id, status: 'placed', placedAt, request, priced: price(request, version) };
  return {
    status: 201,
    headers: { location: `/api/orders/${id}` },
    body: { ...showOrder(order, version), traceId: fresh.traceId },
    effect: { order, event: 'order.placed' },
  };
}

function quote(request: OrderRequest, fresh: Fresh, { version }: ApiContext): ApiAnswer {
  const { id, status, placedAt, ...shown } = showOrder(
    { id: fresh.id, status: 'placed', placedAt: fresh.now, request, priced: price(request, version) },
    version,
  );
  return {
    status: 200,
    headers: {},
    body: { quoteId: fresh.id, quotedAt: fresh.now, ...shown, traceId: fresh.traceId },
  };
}

/** Replaces an order that may or may not be known here: the answer follows from the request alone. */
function change(id: string, request: OrderRequest, fresh: Fresh, { version }: ApiContext): ApiAnswer {
  if (findArchived(id)) return failure(409, 'delivered', { field: 'id', message: 'is delivered' }, fresh);
  const order: KeptOrder = { id, status: 'changed', placedAt: fresh.now, request, priced: price(request, version) };
  return {
    status: 200,
    headers: {},
    body: { ...showOrder(order, version), traceId: fresh.traceId },
    effect: { order, event: 'order.changed' },
  };
}

function read(id: string, fresh: Fresh, { version, findKept }: ApiContext): ApiAnswer {
  const order = findArchived(id) ?? findKept(id);
  if (!order) return notFound(fresh);
  return { status: 200, headers: {}, body: { ...showOrder(order, version), traceId: fresh.traceId } };
}

/** Delivered orders of a customer. */
function list(url: URL): ApiAnswer {
  const limit = Math.max(1, Math.min(50, Number(url.searchParams.get('limit')) || 20));
  const orders = archivedOrdersOf(url.searchParams.get('customer') ?? '');
  return {
    status: 200,
    headers: {},
    body: { items: orders.slice(0, limit).map(showSummary), total: orders.length },
  };
}

function withOrder(
  request: ApiRequest,
  fresh: Fresh,
  { version }: ApiContext,
  answer: (order: OrderRequest) => ApiAnswer,
): ApiAnswer {
  let input: unknown;
  try {
    input = JSON.parse(request.body);
  } catch {
    return failure(400, 'malformed', { field: '', message: 'is not JSON' }, fresh);
  }
  const checked = validate(input);
  if ('problem' in checked) return failure(version.invalidStatus, 'invalid', checked.problem, fresh);
  const answered = answer(checked.order);
  if (checked.order.coupon === undefined || version.couponWarning === undefined) return answered;
  return { ...answered, headers: { ...answered.headers, warning: version.couponWarning } };
}

function failure(status: number, code: string, problem: Problem, { traceId }: Fresh): ApiAnswer {
  return { status, headers: {}, body: { error: { code, ...problem }, traceId } };
}

function notFound(fresh: Fresh): ApiAnswer {
  return failure(404, 'not_found', { field: '', message: 'there is nothing here' }, fresh);
}

function methodNotAllowed(fresh: Fresh, allow: string): ApiAnswer {
  const answer = failure(405, 'method_not_allowed', { field: '', message: `allowed are ${allow}` }, fresh);
  return { ...answer, headers: { allow } };
}
