import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Half, Side } from '../ingest/index.ts';
import { encodeHalf, halfFields } from '../ingest/testing.ts';
import { type Joined, Joiner, type JoinerOptions, type Lost } from './index.ts';

/** The primary answers the user, unless it is said otherwise. */
const half = (side: Side, fields: Partial<Half> = {}): Half => ({
  exchangeId: 'e1',
  mirror: 'orders',
  side,
  stratum: { reason: 'sample' },
  method: side === 'primary' ? 'GET' : '',
  path: side === 'primary' ? '/api/orders/1' : '',
  status: 200,
  ended: 'complete',
  localReply: false,
  truncated: false,
  startedAtMs: 5,
  encoded: new Uint8Array(100),
  ...fields,
});

function setUp(options: Partial<JoinerOptions> = {}) {
  const joined: Joined[] = [];
  const lost: Lost[] = [];
  const joiner = new Joiner({
    expectsControl: () => false,
    onJoined: (exchange) => joined.push(exchange),
    onLost: (exchange) => lost.push(exchange),
    ...options,
  });
  return { joiner, joined, lost, causes: () => lost.map(({ cause }) => cause) };
}

const OF_USER = { method: 'GET', path: '/api/orders/1' };
const OF_COPY = { method: '', path: '' };
/** Of an exchange whose user the candidate answered. */
const back = (side: Side, fields: Partial<Half> = {}): Half =>
  half(side, { ...(side === 'candidate' ? OF_USER : OF_COPY), exchangeId: 'b1', ...fields });

const WITH_CONTROL = { expectsControl: () => true };

describe('pairs', () => {
  it('in either order, at once when both are here', () => {
    const { joiner, joined } = setUp();
    joiner.add(half('candidate'), 0);
    expect(joined).toEqual([]);
    joiner.add(half('primary'), 1);
    expect(joined).toEqual([
      {
        id: 'e1',
        mirror: 'orders',
        stratum: { reason: 'sample' },
        atMs: 5,
        request: half('primary'),
        primary: half('primary'),
        candidate: half('candidate'),
      },
    ]);
    expect(joiner.stats()).toMatchObject({ waiting: 0, waitingBytes: 0 });
  });

  it('of a user of the candidate: roles are those of versions, the request is of whoever answered it', () => {
    const { joiner, joined, lost } = setUp(WITH_CONTROL);
    const answer = back('candidate', { startedAtMs: 7 });
    for (const one of [back('control'), back('primary', { startedAtMs: 8 }), answer]) joiner.add(one, 0);
    expect(joined).toEqual([
      {
        id: 'b1',
        mirror: 'orders',
        stratum: { reason: 'sample' },
        atMs: 7,
        request: answer,
        primary: back('primary', { startedAtMs: 8 }),
        candidate: answer,
        control: back('control'),
      },
    ]);
    expect(lost).toEqual([]);
  });

  it('waits for the control when the mirror has one', () => {
    const { joiner, joined } = setUp(WITH_CONTROL);
    joiner.add(half('primary'), 0);
    joiner.add(half('candidate'), 0);
    expect(joined).toEqual([]);
    joiner.add(half('control'), 0);
    expect(joined[0]).toMatchObject({ control: half('control') });
  });

  it('goes on without a control that does not come in time, and says why it is missing', () => {
    const { joiner, joined } = setUp(WITH_CONTROL);
    joiner.add(half('primary'), 0);
    joiner.add(half('candidate'), 0);
    joiner.advance(29_999);
    expect(joined).toEqual([]);
    joiner.advance(30_000);
    expect(joined).toMatchObject([{ controlLost: 'expired' }]);
  });

  it('goes on without a control that gave no usable answer', () => {
    const { joiner, joined } = setUp(WITH_CONTROL);
    for (const side of ['primary', 'candidate'] as const) joiner.add(half(side), 0);
    joiner.add(half('control', { ended: 'reset' }), 0);
    expect(joined).toMatchObject([{ controlLost: 'no_answer' }]);
    expect(joined[0]).not.toHaveProperty('control');
  });

  it('keeps mirrors apart that use the same id', () => {
    const { joiner, joined } = setUp();
    joiner.add(half('primary'), 0);
    joiner.add(half('candidate', { mirror: 'carts' }), 0);
    expect(joined).toEqual([]);
  });
});

describe('ends every other exchange with one cause', () => {
  it.each<[string, Partial<Half>, Partial<Half>, failed?: [user: boolean, copy: boolean]]>([
    ['not_comparable', { localReply: true, status: 504 }, {}, [true, false]],
    ['not_comparable', { localReply: true, status: 403 }, { status: 500 }, [false, true]],
    ['not_comparable', { ended: 'reset' }, { ended: 'reset' }],
    ['cut', {}, { ended: 'cut', status: 0 }],
    ['no_answer', {}, { ended: 'reset', status: 0 }, [false, true]],
    ['no_answer', { status: 500 }, { ended: 'reset', truncated: true }, [true, true]],
    ['no_answer', {}, { localReply: true, status: 503 }, [false, true]],
  ])('%s: answer to the user %j, copy %j', (cause, user, copy, failed) => {
    const { joiner, joined, lost } = setUp(WITH_CONTROL);
    joiner.add(half('primary', user), 0);
    joiner.add(half('candidate', copy), 0);
    joiner.add(back('candidate', user), 0);
    joiner.add(back('primary', copy), 0);
    const end = { mirror: 'orders', stratum: { reason: 'sample' }, cause };
    expect(lost).toEqual([
      { id: 'e1', ...end, ...(failed && { failed: { primary: failed[0], candidate: failed[1] } }) },
      // How often the candidate fails its own users, Envoy counts.
      { id: 'b1', ...end },
    ]);
    expect(joined).toEqual([]);
  });

  it('the primary fails, too, where its answer took longer than a copy may live', () => {
    const { joiner, lost } = setUp({ copyTimeoutMs: (mirror) => (mirror === 'orders' ? 2 : undefined) });
    const slow = { encoded: encodeHalf(halfFields({ last_byte_after_us: 2_500 })) };
    for (const mirror of ['orders', 'carts']) {
      joiner.add(half('primary', { mirror, ...slow }), 0);
      joiner.add(half('candidate', { mirror, localReply: true, status: 504 }), 0);
    }
    expect(lost.map(({ failed }) => failed)).toEqual([
      { primary: true, candidate: true },
      { primary: false, candidate: true },
    ]);
  });

  it('a loss of one way explains nothing of the other', () => {
    const { joiner, lost } = setUp();
    joiner.explain({ side: 'shadow', cause: 'not_sent', count: 1, mirror: 'orders', copy: 'primary' }, 0);
    joiner.explain({ side: 'primary', cause: 'over_capacity', count: 1 }, 0);
    joiner.add(half('primary'), 0);
    joiner.add(back('candidate'), 0);
    joiner.add(back('primary', { exchangeId: 'b2' }), 0);
    joiner.add(back('candidate', { exchangeId: 'b3', localReply: true }), 0);
    joiner.advance(30_000);
    expect(lost.map(({ id, cause }) => `${id} ${cause}`)).toEqual([
      'e1 expired',
      'b1 not_sent',
      'b2 over_capacity',
      'b3 not_sent',
    ]);
  });

  it('not_sent: Envoy answered itself, and no copy was seen', () => {
    const { joiner, causes } = setUp();
    joiner.add(half('primary', { localReply: true, status: 429 }), 0);
    joiner.advance(30_000);
    expect(causes()).toEqual(['not_sent']);
  });

  it('expired: the other half never came, and nobody knows why', () => {
    const { joiner, causes } = setUp();
    joiner.add(half('primary'), 0);
    joiner.add(half('candidate', { exchangeId: 'e2' }), 1);
    joiner.advance(30_000);
    expect(causes()).toEqual(['expired']);
    joiner.advance(30_001);
    expect(causes()).toEqual(['expired', 'expired']);
  });

  it('a refused copy of one role explains nothing of the other, and comes before what may be of either', () => {
    const { joiner, joined, causes } = setUp(WITH_CONTROL);
    joiner.explain({ side: 'shadow', cause: 'batch_lost', count: 1 }, 0);
    joiner.explain({ side: 'shadow', cause: 'not_sent', count: 2, mirror: 'orders', copy: 'candidate' }, 0);
    for (const exchangeId of ['a', 'b', 'c']) joiner.add(half('primary', { exchangeId }), 0);
    for (const exchangeId of ['a', 'b']) joiner.add(half('control', { exchangeId }), 0);
    joiner.add(half('candidate', { exchangeId: 'c' }), 0);
    joiner.advance(30_000);
    expect(causes()).toEqual(['not_sent', 'not_sent']);
    expect(joined).toMatchObject([{ id: 'c', controlLost: 'batch_lost' }]);
  });

  it("tells of primaries' answers that are known to be lost and that no exchange lacks", () => {
    const unseen: object[] = [];
    const { joiner } = setUp({ onUnseen: (loss) => unseen.push(loss) });
    joiner.explain({ side: 'primary', cause: 'batch_lost', count: 5 }, 0);
    joiner.explain({ side: 'shadow', cause: 'batch_lost', count: 5 }, 0);
    joiner.add(half('candidate'), 0);
    joiner.advance(59_999);
    expect(unseen).toEqual([]);
    joiner.advance(60_000);
    expect(unseen).toEqual([{ side: 'primary', cause: 'batch_lost', count: 4 }]);
  });

  it('tells of every answer that Envoy gave itself', () => {
    const replies: string[] = [];
    const { joiner } = setUp({
      ...WITH_CONTROL,
      onLocalReply: ({ side }, request) => replies.push(`${side} ${request?.path}`),
    });
    joiner.add(half('primary', { localReply: true }), 0);
    joiner.add(half('candidate'), 0);
    for (const side of ['primary', 'candidate', 'control'] as const) {
      joiner.add(half(side, { exchangeId: 'e2', localReply: side === 'control' }), 0);
    }
    joiner.add(back('primary', { localReply: true }), 0);
    joiner.add(back('candidate'), 0);
    expect(replies).toEqual(['primary /api/orders/1', 'control /api/orders/1', 'primary /api/orders/1']);
  });

  it('a loss observed elsewhere explains as many exchanges as it has halves, of its side and mirror', () => {
    const { joiner, causes } = setUp();
    joiner.explain({ side: 'shadow', cause: 'batch_lost', count: 1 }, 0);
    joiner.explain({ side: 'shadow', cause: 'not_sent', count: 1, mirror: 'orders' }, 0);
    joiner.explain({ side: 'shadow', cause: 'not_sent', count: 5, mirror: 'carts' }, 0);
    joiner.explain({ side: 'primary', cause: 'over_capacity', count: 1 }, 0);
    for (const exchangeId of ['a', 'b', 'c']) joiner.add(half('primary', { exchangeId }), 0);
    for (const exchangeId of ['d', 'e']) joiner.add(half('candidate', { exchangeId }), 0);
    joiner.advance(30_000);
    expect(causes()).toEqual(['batch_lost', 'not_sent', 'expired', 'over_capacity', 'expired']);
    joiner.advance(59_999);
    expect(joiner.stats().unclaimed).toEqual({ primary: {}, shadow: {} });
    joiner.advance(60_000);
    expect(joiner.stats().unclaimed).toEqual({ primary: {}, shadow: { not_sent: 5 } });
  });
});

describe('halves that come again or too late', () => {
  it('are counted and change nothing', () => {
    const { joiner, joined, lost } = setUp();
    joiner.add(half('primary'), 0);
    joiner.add(half('primary', { status: 500 }), 0);
    joiner.add(half('candidate'), 0);
    joiner.add(half('candidate'), 0);
    expect(joined).toMatchObject([{ primary: { status: 200 } }]);
    expect(joiner.stats()).toMatchObject({ duplicates: 2, late: 0 });

    joiner.add(half('primary', { exchangeId: 'e2' }), 0);
    joiner.advance(30_000);
    joiner.add(half('candidate', { exchangeId: 'e2' }), 59_999);
    joiner.add(half('candidate', { exchangeId: 'e2' }), 59_999);
    expect(joiner.stats()).toMatchObject({ duplicates: 3, late: 1, waiting: 0 });
    expect(joined.length + lost.length).toBe(2);
  });
});

describe('bounds', () => {
  it('ends the oldest when too many wait; a pair that lacks only its control is compared', () => {
    const { joiner, joined, lost } = setUp({ ...WITH_CONTROL, maxWaiting: 2 });
    joiner.add(half('primary'), 0);
    joiner.add(half('candidate'), 0);
    for (const exchangeId of ['e2', 'e3']) joiner.add(half('primary', { exchangeId }), 0);
    expect(joined).toMatchObject([{ id: 'e1', controlLost: 'over_capacity' }]);
    joiner.add(half('primary', { exchangeId: 'e4' }), 0);
    expect(lost).toMatchObject([{ id: 'e2', cause: 'over_capacity' }]);
  });

  it('ends the oldest when they hold too many bytes', () => {
    const { joiner, lost } = setUp({ maxBytes: 10_000 });
    for (const exchangeId of ['a', 'b', 'c']) {
      joiner.add(half('primary', { exchangeId, encoded: new Uint8Array(4_000) }), 0);
    }
    expect(lost).toMatchObject([{ id: 'a', cause: 'over_capacity' }]);
    expect(joiner.stats().waitingBytes).toBeLessThanOrEqual(10_000);
  });
});

const aHalf = fc.record({
  exchange: fc.nat(12),
  side: fc.constantFrom<Side>('primary', 'candidate', 'control'),
  method: fc.constantFrom('GET', ''),
  bytes: fc.nat(3_000),
  ended: fc.constantFrom<Half['ended']>('complete', 'complete', 'reset', 'cut'),
  localReply: fc.boolean(),
  truncated: fc.boolean(),
});
const step = fc.oneof(
  { weight: 8, arbitrary: aHalf.map((fields) => ({ half: fields })) },
  { weight: 1, arbitrary: fc.nat(40_000).map((passMs) => ({ passMs })) },
  { weight: 1, arbitrary: fc.nat(3).map((lost) => ({ lost })) },
);

it('any order, repetition and loss: every exchange that was seen ends exactly once, within the bounds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.boolean(), (steps, control) => {
      const ends = new Map<string, number>();
      const count = ({ id }: { id: string }): void => void ends.set(id, (ends.get(id) ?? 0) + 1);
      const { joiner } = setUp({
        expectsControl: () => control,
        onJoined: count,
        onLost: count,
        maxWaiting: 5,
        maxBytes: 8_000,
        maxEnded: 1_000,
      });
      const seen = new Set<string>();
      let nowMs = 0;
      // Halves of one exchange come within a window of its end: ids of an earlier stretch are not used again.
      let stretch = 0;
      for (const next of steps) {
        if ('passMs' in next) {
          nowMs += next.passMs;
          stretch += 1;
          joiner.advance(nowMs);
        } else if ('lost' in next) joiner.explain({ side: 'shadow', cause: 'batch_lost', count: next.lost }, nowMs);
        else {
          const { exchange, side, bytes, ...rest } = next.half;
          const exchangeId = `${stretch}.${exchange}`;
          seen.add(exchangeId);
          joiner.add(half(side, { exchangeId, encoded: new Uint8Array(bytes), ...rest }), nowMs);
        }
        const { waiting, waitingBytes, ended } = joiner.stats();
        expect(waiting).toBeLessThanOrEqual(5);
        expect(waitingBytes).toBeLessThanOrEqual(8_000);
        expect(ended).toBeLessThanOrEqual(1_000);
        expect(ends.size + waiting).toBe(seen.size);
      }
      joiner.close();
      expect([...ends.keys()].sort()).toEqual([...seen].sort());
      expect([...ends.values()].every((times) => times === 1)).toBe(true);
      expect(joiner.stats()).toMatchObject({ waiting: 0, waitingBytes: 0 });
    }),
    { numRuns: 300 },
  );
});
