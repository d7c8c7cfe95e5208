import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  batchFields,
  encodeBatch,
  type HalfFields,
  halfFields,
  header,
  SIDE,
} from '../../../compare/ingest/testing.ts';
import { elapsedMicroseconds, readThreadTimes, startBenchProcess } from '../../support/index.ts';

/** What the comparison costs: a process of its own is fed with batches as the filter sends them. */
export interface ComparisonMeasurement {
  readonly feed: string;
  readonly round: number;
  readonly cpuMicrosPerPair: number;
  readonly pairsPerSecond: number;
}

/** Every pair differs in a time, and one in ten in a total; `equal` differs in nothing. */
export const FEEDS = [
  { name: 'equal', label: 'equal bodies', differing: false },
  { name: 'differing', label: 'differing bodies', differing: true },
  { name: 'differing-again', label: 'differing bodies again (A/A)', differing: true },
] as const;
export type Feed = (typeof FEEDS)[number];

const PAIRS_PER_BATCH = 100;
const PATH = '/capture/v1/batches';
/** Pairs that are fed and not yet counted: enough to keep it busy, too few to be dropped. */
const AHEAD = 8_000;
const POLL_MS = 10;

/** @throws Error when a pair was lost: what was not compared cost nothing. */
export async function measureComparison(
  feed: Feed,
  pairs: number,
): Promise<Omit<ComparisonMeasurement, 'feed' | 'round'>> {
  const count = Math.ceil(pairs / PAIRS_PER_BATCH);
  const warmUp = Math.ceil(count / 4);
  const batches = Array.from({ length: warmUp + count }, (_, index) => batchOf(index, feed.differing));
  const child = await startBenchProcess(new URL('./comparison-process.ts', import.meta.url));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const until = async (least: number) => {
    for (;;) {
      const { compared = 0, lost = 0 } = await child.counts();
      if (lost > 0) throw new Error(`${feed.name}: ${lost} pairs were lost`);
      if (compared >= least) return;
      await sleep(POLL_MS);
    }
  };
  const send = async (from: number, to: number) => {
    for (let at = from; at < to; at += 1) {
      await post(child.address, agent, batches[at]!);
      if (at % 10 === 9) await until((at + 1) * PAIRS_PER_BATCH - AHEAD);
    }
    await until(to * PAIRS_PER_BATCH);
  };
  try {
    await send(0, warmUp);
    const before = readThreadTimes(child.pid);
    const startedAt = performance.now();
    await send(warmUp, batches.length);
    const seconds = (performance.now() - startedAt) / 1000;
    const { onCpu } = elapsedMicroseconds(before, readThreadTimes(child.pid));
    const measured = count * PAIRS_PER_BATCH;
    return { cpuMicrosPerPair: onCpu / measured, pairsPerSecond: measured / seconds };
  } finally {
    agent.destroy();
    await child.stop();
  }
}

const HEADERS = [
  header('content-type', 'application/json'),
  header('x-app-version', '2.0'),
  ...['server', 'etag', 'cache-control', 'vary', 'content-length', 'date'].map((name) => header(name, `v-${name}`)),
];
const ITEMS = Array.from({ length: 8 }, (_, index) => ({
  sku: `SKU-${1000 + index}`,
  name: `article number ${index}`,
  quantity: index + 1,
  price: 12.5 + index,
  tags: ['a', 'b'],
  giftWrap: false,
}));

function batchOf(index: number, differing: boolean): Uint8Array {
  const halves = Array.from({ length: PAIRS_PER_BATCH }, (_, at) => {
    const number = index * PAIRS_PER_BATCH + at;
    const candidate = differing
      ? half(number, SIDE.candidate, 1, number % 10 === 0 ? '12.51' : '12.50')
      : half(number, SIDE.candidate, 0, '12.50');
    return [half(number, SIDE.primary, 0, '12.50'), candidate];
  });
  return encodeBatch(batchFields(halves.flat(), { sequence: index + 1 }));
}

function half(number: number, side: number, laterMs: number, total: string): HalfFields {
  const createdAt = 1_700_000_000_000 + number * 7 + laterMs;
  const body = Buffer.from(
    JSON.stringify({ id: number, createdAt, customer: { id: 17, name: 'Someone' }, items: ITEMS, total }),
  );
  return halfFields({
    exchange_id: `0123456789abcdef01234567${number.toString(16).padStart(12, '0')}`,
    side,
    headers: HEADERS,
    // Halves of copies hold nothing of the request.
    ...(side === SIDE.primary
      ? { path: `/api/orders/${number}`, request_headers: HEADERS.slice(0, 2) }
      : { method: '', path: '' }),
    body,
    body_bytes: body.length,
  });
}

/** About 1 KB, as the sentence of the report says. */
export function bodyBytes(): number {
  return (half(4711, SIDE.primary, 0, '12.50').body as Uint8Array).length;
}

function post(address: string, agent: Agent, batch: Uint8Array): Promise<void> {
  const headers = { 'content-type': 'application/x-protobuf', 'content-length': batch.length };
  return new Promise((resolve, reject) => {
    const sent = request(`http://${address}${PATH}`, { agent, method: 'POST', headers }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 204) resolve();
        else reject(new Error(`a batch was answered by ${response.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end(batch);
  });
}
