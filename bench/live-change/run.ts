/** Time from PATCH to effect at Envoy: `npm run bench:live-change`. Ends everything it started. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { eventually, type OrdersStack, startOrders } from '../../test/support/index.ts';
import { describeMachine } from '../support/index.ts';
import { flipTimes } from './flip.ts';
import { Prober, withCopies } from './prober.ts';
import { type FlipResult, figures, markdownReport, verdict } from './report.ts';

const FLIPS = 100;
const WARM_UP_FLIPS = 4;
const CONNECTIONS = 4;
const WORKERS = 2;
/** Requests that have to be seen before a PATCH is sent and after one has taken effect. */
const MARGIN = 40;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { report: { type: 'boolean', default: false } } });
  const orders = await startOrders({
    mirror: { sample: '0%' },
    stack: { envoyConcurrency: WORKERS, controlPlaneProcess: true, installEnvoy: false },
  });
  try {
    const results: FlipResult[] = [];
    for (let flip = 0; flip < WARM_UP_FLIPS + FLIPS; flip++) {
      const result = await measureFlip(orders, flip % 2 === 0);
      if (flip >= WARM_UP_FLIPS) results.push(result);
    }
    console.log(`${figures(results)}\n\n${verdict(results)}`);
    if (!values.report) return;
    const facts = {
      machine: describeMachine(),
      envoyVersion: orders.stack.envoyVersion,
      workers: WORKERS,
      connections: CONNECTIONS,
      day: new Date().toISOString().slice(0, 10),
    };
    await writeFile(new URL('REPORT.md', import.meta.url), markdownReport(results, facts));
  } finally {
    await orders.close();
  }
}

async function measureFlip(orders: OrdersStack, mirrored: boolean): Promise<FlipResult> {
  orders.clear();
  const prober = await Prober.start(orders.port, '/api/orders', CONNECTIONS);
  await eventually(() => prober.count >= MARGIN, { intervalMs: 1 });
  const patchedAtMs = performance.now();
  await orders.stack.api.patchMirror('orders', { sample: mirrored ? '100%' : '0%' });
  const answeredMs = performance.now() - patchedAtMs;
  await untilEffect(orders, prober, mirrored);
  const sent = await prober.stop();
  await orders.settled();
  return { answeredMs, ...flipTimes(withCopies(sent, orders.shadow.recorder), patchedAtMs, mirrored) };
}

/** Waits until the last `MARGIN` requests all followed the new share. */
async function untilEffect(orders: OrdersStack, prober: Prober, mirrored: boolean): Promise<void> {
  for (let behind = Number.POSITIVE_INFINITY; behind > CONNECTIONS; ) {
    const copies = orders.shadow.recorder.count;
    const count = prober.count;
    await eventually(() => prober.count >= count + MARGIN, { intervalMs: 1 });
    const copied = orders.shadow.recorder.count - copies;
    // Requests under way at both ends blur the count by the number of connections.
    behind = mirrored ? prober.count - count - copied : copied;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
