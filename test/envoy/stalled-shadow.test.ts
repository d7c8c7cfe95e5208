/**
 * A shadow that accepts and never reads costs users nothing: uploads of 20 and 100 MB, several at once, with
 * content-length and chunked, over HTTP/1 and HTTP/2 to the services, at the default byte limit of a copy and at the
 * largest. Envoy's memory stays within what the limit allows.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type OrdersStack,
  runLoad,
  startOrders,
  startStalledUpstream,
  upload,
  uploadSha256,
} from '../support/index.ts';

const UPLOADS_AT_ONCE = 4;
/** Envoy with both filters, at rest and with what its allocator keeps. */
const OWN_MEMORY_MIB = 150;
/** So long may a copy live, and an upload takes less: one that waited for its copy to time out has failed. */
const COPY_TIMEOUT_S = 70;
const UPLOAD_TIMEOUT_MS = 50_000;

interface Case {
  readonly bytes: number;
  readonly framing: 'chunked' | 'content-length';
  /** Copies that Envoy sends, and how many of them the filter cuts. */
  readonly sent: number;
  readonly cut: number;
}

/** Copies above the limit are cut where the length shows only on the way, and not made where it is announced. */
const DEFAULT_LIMIT: { limitMiB: number; cases: Case[] } = {
  limitMiB: 8,
  cases: [
    { bytes: 20e6, framing: 'chunked', sent: 4, cut: 4 },
    { bytes: 20e6, framing: 'content-length', sent: 0, cut: 0 },
    { bytes: 100e6, framing: 'chunked', sent: 4, cut: 4 },
    { bytes: 100e6, framing: 'content-length', sent: 0, cut: 0 },
    { bytes: 8e6, framing: 'content-length', sent: 4, cut: 0 },
  ],
};
const LARGEST_LIMIT: { limitMiB: number; cases: Case[] } = {
  limitMiB: 64,
  cases: [
    { bytes: 20e6, framing: 'content-length', sent: 4, cut: 0 },
    { bytes: 100e6, framing: 'chunked', sent: 4, cut: 4 },
  ],
};

describe.each([
  { protocol: 'http1', ...DEFAULT_LIMIT },
  { protocol: 'http2', ...DEFAULT_LIMIT },
  { protocol: 'http1', ...LARGEST_LIMIT },
  { protocol: 'http2', ...LARGEST_LIMIT },
] as const)('$protocol to the services, copies limited to $limitMiB MiB', ({ protocol, limitMiB, cases }) => {
  let orders: OrdersStack;
  let stalled: Awaited<ReturnType<typeof startStalledUpstream>>;
  beforeAll(async () => {
    stalled = await startStalledUpstream(protocol);
    orders = await startOrders({
      protocol,
      shadowAddress: stalled.address,
      mirror: {
        sample: '100%',
        sideEffects: 'trusted',
        limits: { maxBodyBytes: `${limitMiB}MiB`, timeout: `${COPY_TIMEOUT_S}s` },
      },
    });
  });
  afterAll(async () => {
    await orders?.close();
    await stalled?.close();
  });

  /** What Envoy has sent to the shadow, and what of it the filter has cut. */
  async function copies(): Promise<{ sent: number; cut: number }> {
    const { admin } = orders.stack;
    return {
      sent: await admin.sum(/^cluster\.orders\/candidate\/v2\.upstream_rq_total$/),
      cut: await admin.sum(/shadowplane\.cut\.mirror\.orders\.role\.candidate$/),
    };
  }

  test.each(cases)(
    '$bytes bytes, $framing: no upload fails, $sent copies sent, $cut cut',
    async ({ bytes, framing, sent, cut }) => {
      orders.clear();
      const before = await copies();
      const uploads = Array.from({ length: UPLOADS_AT_ONCE }, () =>
        upload(orders.port, { path: '/api/orders', bytes, framing, timeoutMs: UPLOAD_TIMEOUT_MS }),
      );
      const statuses = (await Promise.all(uploads)).map(({ status }) => status);
      expect(statuses).toEqual(Array(UPLOADS_AT_ONCE).fill(200));
      const received = orders.primary.recorder.all.map(({ parts }) => parts.bodySha256);
      expect(received).toEqual(Array(UPLOADS_AT_ONCE).fill(uploadSha256(bytes)));
      const after = await copies();
      expect({ sent: after.sent - before.sent, cut: after.cut - before.cut }).toEqual({ sent, cut });
    },
  );

  test('small requests go on meanwhile', async () => {
    const load = await runLoad({ port: orders.port, total: 500, request: () => ({ path: '/api/orders' }) });
    expect(load).toMatchObject({ failed: 0, failures: [] });
  });

  test("Envoy's peak memory: its own, and at most one buffer for each copy under way", async () => {
    const copiesThatStall = cases.reduce((total, { sent }) => total + sent, 0);
    const bufferMiB = Math.max(16, 2 * limitMiB);
    const peak = await orders.stack.admin.peakMemoryMiB();
    expect(peak).toBeLessThan(OWN_MEMORY_MIB + copiesThatStall * bufferMiB);
  });
});
