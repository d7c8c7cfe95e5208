import { describe, expect, it } from 'vitest';
import type { Half } from '../ingest/index.ts';
import { readBatch } from '../ingest/index.ts';
import { batchFields, encodeBatch, type HalfFields, halfFields, header, SIDE } from '../ingest/testing.ts';
import { DriftWatch, writtenAt } from './index.ts';

const START_MS = 1_750_000_000_000;

/** A primary's half, `secondsIn` after mirroring began. */
function primary(secondsIn: number, request: string, status: number, fields: HalfFields = {}): Half {
  const { method, path } = requestOf(request);
  const startedAt = (START_MS + secondsIn * 1_000) * 1_000;
  const half = halfFields({ side: SIDE.primary, method, path, status, started_at_us: startedAt, ...fields });
  return readBatch(encodeBatch(batchFields([half]))).halves[0]!;
}

const requestOf = (request: string) => {
  const [method, path] = request.split(' ');
  return { method, path };
};
const json = (value: unknown): HalfFields => ({ body: Buffer.from(JSON.stringify(value)) });

/** The drift of a GET by the candidate's status, after these halves of the primary. */
function after(seen: readonly Half[], get: Half, candidateStatus: number, writtenAtMs?: number) {
  const watch = new DriftWatch();
  for (const half of [primary(0, 'GET /', 200), ...seen, get]) watch.see(half);
  return watch.driftOf({ request: get, primary: get }, candidateStatus, writtenAtMs);
}

const ORDER = primary(9, 'GET /orders/42?full=1', 200);
const OF_ORDER = { request: ORDER, primary: ORDER };

it('is told of a path of any length in no time', { timeout: 30_000 }, () => {
  const watch = new DriftWatch();
  const made = primary(1, 'PUT /orders/42', 201);
  const deep = primary(9, `GET /orders/42${'/x'.repeat(50_000)}`, 200);
  for (const half of [made, deep]) watch.see(half);
  // A tenth of a second and more each, before.
  for (let pair = 0; pair < 300; pair += 1)
    expect(watch.driftOf({ request: deep, primary: deep }, 404, undefined)).toBe('gone');
});

describe('made during mirroring', () => {
  it.each<[string, Half]>([
    ['by the id in the answer to a POST', primary(1, 'POST /orders', 201, json({ order: { id: 42 } }))],
    ['by its location', primary(1, 'POST /carts/7/order', 201, { headers: [header('location', '/orders/42')] })],
    ['by a location with a host', primary(1, 'POST /x', 201, { headers: [header('location', 'http://a/orders/42/')] })],
    ['by a PUT that creates', primary(1, 'PUT /orders/42', 201)],
  ])('%s', (_, write) => {
    expect(after([write], ORDER, 404)).toBe('gone');
    expect(after([write], ORDER, 410)).toBe('gone');
  });

  it('parts of it, too', () => {
    const write = primary(1, 'POST /orders', 201, json({ id: 42 }));
    expect(after([write], primary(2, 'GET /orders/42/items/3', 200), 404)).toBe('gone');
    expect(after([write], primary(2, 'GET /orders/421', 200), 404)).toBeUndefined();
  });

  it('by the time that the primary names', () => {
    expect(after([], ORDER, 404, START_MS + 3_000)).toBe('gone');
  });

  it('a conflict over what was changed, or over the write itself', () => {
    expect(after([primary(1, 'PATCH /orders/42', 200)], ORDER, 412)).toBe('conflict');
    expect(after([primary(1, 'POST /orders/42/pay', 200)], primary(2, 'DELETE /orders/42', 204), 409)).toBe('conflict');
    expect(after([], primary(2, 'POST /orders', 201), 409)).toBe('conflict');
  });
});

describe('a defect stays a defect', () => {
  it('what was there before', () => {
    expect(after([], ORDER, 404)).toBeUndefined();
    expect(after([], ORDER, 404, START_MS - 1)).toBeUndefined();
    expect(after([primary(1, 'POST /orders', 201, json({ id: 43 }))], ORDER, 404)).toBeUndefined();
  });

  it('a change explains a conflict, not that something is missing', () => {
    expect(after([primary(1, 'PUT /orders/42', 200)], ORDER, 404)).toBeUndefined();
    expect(after([primary(1, 'POST /orders/search', 200, json([{ id: 42 }]))], ORDER, 404)).toBeUndefined();
  });

  it('made only after it was asked for', () => {
    expect(after([primary(10, 'PUT /orders/42', 201)], ORDER, 404)).toBeUndefined();
  });

  it('a time that is that of the answer', () => {
    expect(after([], ORDER, 404, START_MS + 8_900)).toBeUndefined();
  });

  it('a write that failed, or of which Envoy answered', () => {
    expect(after([primary(1, 'PUT /orders/42', 422)], ORDER, 409)).toBeUndefined();
    expect(after([primary(1, 'PUT /orders/42', 201, { local_reply: true })], ORDER, 404)).toBeUndefined();
  });

  it('a write that the candidate does not know, and every other status', () => {
    expect(after([], primary(2, 'PUT /orders/42', 200), 404)).toBeUndefined();
    const made = primary(1, 'PUT /orders/42', 201);
    for (const status of [400, 401, 403, 422, 500, 503]) expect(after([made], ORDER, status)).toBeUndefined();
    expect(after([made], primary(2, 'GET /orders/42', 404), 404)).toBeUndefined();
  });

  it('of another mirror, and of a mirror that was made anew', () => {
    const watch = new DriftWatch();
    watch.see(primary(1, 'PUT /orders/42', 201, { mirror: 'other' }));
    expect(watch.driftOf(OF_ORDER, 404, undefined)).toBeUndefined();
    watch.see(primary(1, 'PUT /orders/42', 201));
    expect(watch.driftOf(OF_ORDER, 404, undefined)).toBe('gone');
    watch.forget(ORDER.mirror);
    expect(watch.driftOf(OF_ORDER, 404, undefined)).toBeUndefined();
  });
});

describe('users of the candidate make things, too', () => {
  const byCandidate = (secondsIn: number, request: string, status: number) =>
    primary(secondsIn, request, status, { side: SIDE.candidate, ...requestOf(request) });
  /** The primary's half of an exchange whose user the candidate answered: a copy's. */
  const copyOf = (status: number) => primary(9, ' ', status, { method: '', path: '' });

  it('that the primary does not know of, whoever is asked for them', () => {
    const watch = new DriftWatch();
    watch.see(byCandidate(1, 'PUT /orders/42', 201));
    const asked = byCandidate(9, 'GET /orders/42', 200);
    expect(watch.driftOf({ request: asked, primary: copyOf(404) }, 200, undefined)).toBe('ahead');
    const missing = primary(9, 'GET /orders/42', 404);
    expect(watch.driftOf({ request: missing, primary: missing }, 200, undefined)).toBe('ahead');
    // What nobody made is a defect, and the candidate lacks nothing that it made itself.
    const other = primary(9, 'GET /orders/43', 404);
    expect(watch.driftOf({ request: other, primary: other }, 200, undefined)).toBeUndefined();
    const there = primary(9, 'GET /orders/42', 200);
    expect(watch.driftOf({ request: there, primary: there }, 404, undefined)).toBeUndefined();
  });

  it('by the time that the candidate names, once it answers users', () => {
    const watch = new DriftWatch();
    watch.see(primary(0, 'GET /', 200));
    const missing = primary(9, 'GET /orders/42', 404);
    const pair = { request: missing, primary: missing };
    expect(watch.driftOf(pair, 200, START_MS + 3_000)).toBeUndefined();
    watch.see(byCandidate(1, 'GET /', 200));
    expect(watch.driftOf(pair, 200, START_MS + 3_000)).toBe('ahead');
  });

  it('a copy of a write comes second, whichever way it goes', () => {
    const watch = new DriftWatch();
    const write = byCandidate(1, 'POST /orders', 201);
    expect(watch.driftOf({ request: write, primary: copyOf(409) }, 201, undefined)).toBe('ahead');
    const refused = byCandidate(1, 'POST /orders', 409);
    expect(watch.driftOf({ request: refused, primary: copyOf(201) }, 409, undefined)).toBeUndefined();
  });
});

it('remembers so many things, the youngest', () => {
  const watch = new DriftWatch({ maxThings: 4 });
  for (let id = 1; id <= 4; id += 1) watch.see(primary(id, `PUT /orders/${id}`, 201));
  const driftOf = (request: Half) => watch.driftOf({ request, primary: request }, 404, undefined);
  expect(driftOf(primary(9, 'GET /orders/1', 200))).toBeUndefined();
  expect(driftOf(primary(9, 'GET /orders/4', 200))).toBe('gone');
});

describe('when a thing was written, in its own words', () => {
  const answer = (body: unknown, headers: ReadonlyArray<readonly [string, string]> = []) => ({
    status: 200,
    headers: [['content-type', 'application/json'] as const, ...headers],
    trailers: [],
    body: Buffer.from(JSON.stringify(body)),
    bodyBytes: 0,
    truncated: false,
    localReply: false,
    ended: 'complete' as const,
    headersMs: 1,
    lastByteMs: 1,
  });
  const at = Date.UTC(2026, 0, 5, 12);

  it.each<[string, unknown]>([
    ['text', { createdAt: '2026-01-05T12:00:00Z' }],
    ['milliseconds', { order: { created_at: at } }],
    ['seconds', { placed: at / 1_000 }],
    ['the latest of several', [{ created: '2026-01-05T12:00:00Z' }, { created: '2025-01-05T12:00:00Z' }]],
  ])('%s', (_, body) => expect(writtenAt(answer(body), 'gone')).toBe(at));

  it('an update explains a conflict only', () => {
    const updated = answer({ updatedAt: at }, [['last-modified', 'Mon, 05 Jan 2026 12:00:01 GMT']]);
    expect(writtenAt(updated, 'gone')).toBeUndefined();
    expect(writtenAt(updated, 'conflict')).toBe(at + 1_000);
  });

  it.each([{ at }, { createdBy: at }, { created: 7 }, { created: 'yesterday' }, 'text', null])('not in %j', (body) => {
    expect(writtenAt(answer(body), 'conflict')).toBeUndefined();
  });
});
