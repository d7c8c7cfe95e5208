import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { readBatch } from '../ingest/index.ts';
import { batchFields, encodeBatch, halfFields, SIDE } from '../ingest/testing.ts';
import { DriftWatch } from './index.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const ANSWERS = 4_000;
const ANSWER_BYTES = 8_000;

function primary(second: number, fields: object) {
  const half = halfFields({ side: SIDE.primary, started_at_us: second * 1_000_000, ...fields });
  return readBatch(encodeBatch(batchFields([half]))).halves[0]!;
}

/** An answer to a POST that names what it has made near the beginning, and goes on. */
function made(id: number) {
  const body = Buffer.from(JSON.stringify({ id: `order-${1_000_000 + id}`, note: 'x'.repeat(ANSWER_BYTES) }));
  return primary(1_000 + id, { method: 'POST', path: '/api/orders', status: 201, body });
}

function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

it('what is remembered of an answer is no more than the name of the thing that was made', () => {
  const watch = new DriftWatch();
  watch.see(made(0));
  const before = heapBytes();
  for (let id = 1; id <= ANSWERS; id += 1) watch.see(made(id));
  const bytesEach = (heapBytes() - before) / ANSWERS;
  // Two entries of a hundred and some bytes each; with the answers it would be all of them.
  expect(bytesEach).toBeLessThan(ANSWER_BYTES / 8);
  const request = primary(1_000_000, { method: 'GET', path: `/api/orders/order-${1_000_000 + ANSWERS}`, status: 200 });
  expect(watch.driftOf({ request, primary: request }, 404, undefined)).toBe('gone');
});
