/** Streams that never end by themselves, and clients that leave them early, must not use up what mirroring has. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  eventStreams,
  eventually,
  jsonAnswer,
  type OrdersStack,
  RawConnection,
  runLoad,
  startOrders,
} from '../support/index.ts';

const LEAVING_CLIENTS = 20;

const open = { primary: 0, shadow: 0 };
const streams = (whose: keyof typeof open) =>
  eventStreams(20, (event) => {
    open[whose] += event === 'begin' ? 1 : -1;
  });

let orders: OrdersStack;
beforeAll(async () => {
  const answerOf = (whose: keyof typeof open): typeof jsonAnswer => {
    const stream = streams(whose);
    return (answering) => (answering.request.parts.path.endsWith('/events') ? stream : jsonAnswer)(answering);
  };
  orders = await startOrders({
    answers: { primary: answerOf('primary'), shadow: answerOf('shadow') },
    mirror: { sample: '100%', limits: { timeout: '2s' } },
  });
});
afterAll(() => orders?.close());

async function openEventStream(): Promise<RawConnection> {
  const connection = await RawConnection.open(orders.port);
  let events = 0;
  connection.onData = () => events++;
  connection.request({ path: '/api/orders/events' }).catch(() => {});
  await eventually(() => events >= 2, { what: 'two events' });
  return connection;
}

test('20 event-stream clients that leave early do not stop mirroring for others, and their copies end', async () => {
  const staying = await openEventStream();
  const leaving = await Promise.all(Array.from({ length: LEAVING_CLIENTS }, openEventStream));
  expect(open.primary).toBe(LEAVING_CLIENTS + 1);
  await eventually(() => orders.shadow.recorder.count === LEAVING_CLIENTS + 1);
  for (const connection of leaving) connection.close();
  await eventually(() => open.primary === 1);

  const requests = 200;
  const load = await runLoad({
    port: orders.port,
    total: requests,
    request: (index) => ({ path: '/api/orders', headers: { 'x-test-id': String(index) } }),
  });
  expect(load.failed).toBe(0);
  await eventually(() => orders.shadow.recorder.count === LEAVING_CLIENTS + 1 + requests);

  // The limit of a copy's life frees what nobody reads any more; the client who stayed is not affected.
  await eventually(() => open.shadow === 0);
  let later = 0;
  staying.onData = () => later++;
  await eventually(() => later >= 3);
  expect(open.primary).toBe(1);
  staying.close();
});
