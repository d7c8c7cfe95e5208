import { Registry } from 'prom-client';
import { expect, it, vi } from 'vitest';
import { CAPTURE_PATH, readHalf } from '../ingest/index.ts';
import {
  batchFields,
  END,
  encodeBatch,
  encodeHalf,
  type HalfFields,
  halfFields,
  header,
  SIDE,
} from '../ingest/testing.ts';
import type { Joined } from '../join/index.ts';
import { type GuardSign, guardSigns, signOfUser } from './guard-signs.ts';
import { startPipeline } from './index.ts';

const GUARDED = [header('content-type', 'text/plain'), header('x-shadow-guard', 'always')];
const user = (fields: HalfFields = {}): HalfFields => halfFields({ method: 'POST', ...fields });
const copy = (side: number, fields: HalfFields = {}): HalfFields =>
  halfFields({ side, method: '', path: '', ...fields });

function signs(primary: HalfFields, candidate: HalfFields, control?: HalfFields): string[] {
  const half = (fields: HalfFields) => readHalf(encodeHalf(fields))!;
  const joined = {
    mirror: 'orders',
    primary: half(primary),
    candidate: half(candidate),
    ...(control && { control: half(control) }),
  } as Joined;
  return guardSigns(joined, 'POST /a').map(({ side, guarded }) => `${side} ${guarded}`);
}

it('each copy that was answered says whether its guard was there', () => {
  const candidate = copy(SIDE.candidate, { headers: GUARDED });
  expect(signs(user(), candidate)).toEqual(['candidate true']);
  expect(signs(user(), candidate, copy(SIDE.control))).toEqual(['candidate true', 'control false']);
});

it('the answer to the user says nothing, on whichever side', () => {
  expect(signs(copy(SIDE.primary, { headers: GUARDED }), user({ side: SIDE.candidate }))).toEqual(['primary true']);
});

it('a candidate whose guard shows itself to a user takes users for copies', () => {
  const half = (fields: HalfFields) => readHalf(encodeHalf(fields))!;
  const of = (request: HalfFields) => signOfUser({ mirror: 'orders', request: half(request) } as Joined, 'GET /a');
  const ofUser = { mirror: 'orders', side: 'candidate', endpoint: 'GET /a', guarded: true, ofUser: true };
  expect(of(user({ side: SIDE.candidate, method: 'GET', headers: GUARDED }))).toEqual(ofUser);
  expect(of(user({ side: SIDE.candidate }))).toBeUndefined();
  expect(of(user({ headers: GUARDED }))).toBeUndefined();
  expect(of(copy(SIDE.candidate, { headers: GUARDED }))).toBeUndefined();
});

it.each([
  ['a request that changes nothing', user({ method: 'GET' }), {}],
  ['an answer of Envoy itself', user(), { local_reply: true }],
  ['a copy that was cut', user(), { end: END.cut }],
  ['a refusal, maybe of what stands in front', user(), { status: 403 }],
  ['a failure, maybe of what stands behind the guard', user(), { status: 500 }],
  ['a failure over gRPC', user(), { headers: [header('grpc-status', '12')] }],
  ['a failure over gRPC, in trailers', user(), { trailers: [header('grpc-status', '2')] }],
])('nor does %s', (_, primary, candidate) => {
  expect(signs(primary, copy(SIDE.candidate, candidate))).toEqual([]);
});

it('success over gRPC does', () => {
  expect(signs(user(), copy(SIDE.candidate, { trailers: [header('grpc-status', '0')] }))).toEqual(['candidate false']);
});

it('the pipeline tells of them where a mirror wants to know', async () => {
  const told: GuardSign[] = [];
  const pipeline = await startPipeline({
    listen: { host: '127.0.0.1', port: 0 },
    mirrors: new Map([
      ['orders', { control: false, showsGuard: true }],
      ['others', { control: false }],
    ]),
    registry: new Registry(),
    onGuardSign: (sign) => told.push(sign),
  });
  const halves = ['others', 'orders'].flatMap((mirror) => [
    user({ mirror, exchange_id: mirror }),
    copy(SIDE.candidate, { mirror, exchange_id: mirror }),
  ]);
  const response = await fetch(`http://${pipeline.address}${CAPTURE_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(encodeBatch(batchFields(halves))),
  });
  expect(response.status).toBe(204);
  await vi.waitFor(() => expect(told).toHaveLength(1), 10_000);
  expect(told).toEqual([{ mirror: 'orders', side: 'candidate', endpoint: 'POST /api/orders/{id}', guarded: false }]);
  await pipeline.close();
});
