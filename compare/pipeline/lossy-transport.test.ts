import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Batch, type Half, type Role, VmBooks } from '../ingest/index.ts';
import { Joiner } from '../join/index.ts';

/**
 * From VMs to ends, over a transport that loses, repeats and delays: the books of the VMs and the joiner together account
 * for every exchange, also for those of which nothing arrived.
 */
interface Shipment {
  readonly halves: readonly number[];
  readonly fate: 'arrives' | 'twice' | 'lost' | 'lost, it seems';
}

const shipment: fc.Arbitrary<Pick<Shipment, 'fate'> & { size: number; vm: number }> = fc.record({
  size: fc.integer({ min: 0, max: 4 }),
  vm: fc.nat(2),
  fate: fc.constantFrom('arrives', 'arrives', 'twice', 'lost', 'lost, it seems'),
});

function half(exchange: number, role: Role): Half {
  return {
    exchangeId: `e${exchange}`,
    mirror: 'orders',
    // Every third user is on the candidate, of which the copy goes back.
    side: (role === 'primary') === exchange % 3 > 0 ? 'primary' : 'candidate',
    stratum: { reason: 'sample' },
    method: role === 'primary' ? 'GET' : '',
    path: role === 'primary' ? '/' : '',
    status: 200,
    ended: 'complete',
    localReply: false,
    truncated: false,
    startedAtMs: 0,
    encoded: new Uint8Array(10),
  };
}

/** The batches that arrive of one role's VMs; every VM ends with a heartbeat, as a living one does. */
function ship(
  role: Role,
  exchanges: number,
  plan: ReadonlyArray<Pick<Shipment, 'fate'> & { size: number; vm: number }>,
) {
  const vms = [0, 1, 2].map(() => ({ sequence: 0, lost: 0, halvesLost: 0 }));
  const arriving: Batch[] = [];
  let next = 0;
  const send = (vm: number, halves: Half[], fate: Shipment['fate']): void => {
    const state = vms[vm]!;
    state.sequence += 1;
    const batch: Batch = {
      vmId: `${role}${vm}`,
      sequence: state.sequence,
      role,
      node: 'edge',
      halves,
      unreadableHalves: 0,
      counters: {
        started: next,
        captured: next,
        droppedOverCapacity: 0,
        batchesLost: state.lost,
        halvesLost: state.halvesLost,
      },
      sentAtMs: 0,
    };
    if (fate !== 'lost') arriving.push(batch);
    if (fate === 'twice') arriving.push(batch);
    if (fate.startsWith('lost')) {
      state.lost += 1;
      state.halvesLost += halves.length;
    }
  };
  const take = (size: number): Half[] =>
    Array.from({ length: Math.min(size, exchanges - next) }, () => half(next++, role));
  for (const { size, vm, fate } of plan) {
    send(vm, take(size), fate);
    // What the VM knows of one batch it says in the next; between two losses of different kinds nothing is to be guessed.
    if (fate.startsWith('lost')) send(vm, [], 'arrives');
  }
  send(0, take(exchanges), 'arrives');
  for (const vm of [0, 1, 2]) send(vm, [], 'arrives');
  return arriving;
}

it('exchanges = compared + lost + those of which nothing arrived', () => {
  const plans = fc.array(shipment, { maxLength: 20 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      plans,
      plans,
      fc.infiniteStream(fc.boolean()),
      (count, one, two, coin) => {
        let joined = 0;
        let lost = 0;
        const books = new VmBooks();
        const joiner = new Joiner({
          expectsControl: () => false,
          onJoined: () => {
            joined += 1;
          },
          onLost: ({ cause }) => {
            lost += 1;
            // Nothing but batches is lost here, and every loss is known.
            expect(cause).toBe('batch_lost');
          },
        });
        const queues = [ship('primary', count, one), ship('shadow', count, two)];
        let nowMs = 0;
        while (queues.some((queue) => queue.length > 0)) {
          const [first, second] = queues as [Batch[], Batch[]];
          const batch = (coin.next().value && first.length > 0 ? first : second).shift() ?? first.shift()!;
          nowMs += 10;
          const arrival = books.arrive(batch, nowMs);
          for (const { role: side, cause, count: halves } of arrival.lost)
            joiner.explain({ side, cause, count: halves }, nowMs);
          if (!arrival.duplicate) for (const each of batch.halves) joiner.add(each, nowMs);
        }
        joiner.advance(nowMs + 30_000);
        joiner.advance(nowMs + 60_000);
        const { unclaimed, waiting } = joiner.stats();
        const never = unclaimed.shadow.batch_lost ?? 0;
        expect(waiting).toBe(0);
        expect(unclaimed.primary.batch_lost ?? 0).toBe(never);
        expect(joined + lost + never).toBe(count);
      },
    ),
    { numRuns: 500 },
  );
});
