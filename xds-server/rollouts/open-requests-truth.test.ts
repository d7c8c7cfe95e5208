/** Against a model that knows the truth: nobody who waits or reads is said to have given up, and nobody who has is forgotten. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Mirror } from '../policy/index.ts';
import { UsersBySide } from './users-by-side.ts';

type Audience = 'segment/staff' | 'sample';

/** What happens within a second, as far as there is somebody for it to happen to. */
interface Second {
  readonly audience: Audience;
  readonly sent: number;
  readonly answered: number;
  /** Of those that are answered, streams that stay open. */
  readonly streams: number;
  readonly ended: number;
  readonly gaveUp: number;
  readonly sentAgain: number;
  readonly restarts: boolean;
  readonly isReported: boolean;
}

const second: fc.Arbitrary<Second> = fc.record({
  audience: fc.constantFrom<Audience>('segment/staff', 'sample'),
  sent: fc.nat(20),
  answered: fc.nat(20),
  streams: fc.nat(6),
  ended: fc.nat(6),
  gaveUp: fc.nat(8),
  sentAgain: fc.nat(2),
  restarts: fc.nat(20).map((die) => die === 0),
  isReported: fc.nat(4).map((die) => die > 0),
});

/** One that lives for less may be taken for its successor: ages are in whole seconds. */
const SHORTEST_LIFE_S = 6;

const newCounts = () => ({ total: 0, completed: 0, retry: 0, waiting: 0, gaveUp: 0 });

/** One Envoy, two audiences of one service, whose cluster both share. */
class Truth {
  readonly of: Record<Audience, ReturnType<typeof newCounts>> = { 'segment/staff': newCounts(), sample: newCounts() };
  streams = 0;
  startedAt = 0;

  pass({ audience, sent, answered, streams, ended, gaveUp, sentAgain }: Second): void {
    const counts = this.of[audience];
    counts.total += sent + sentAgain;
    counts.retry += sentAgain;
    counts.waiting += sent;
    const done = Math.min(answered, counts.waiting);
    counts.completed += done;
    this.streams += Math.min(streams, done) - Math.min(ended, this.streams);
    const left = Math.min(gaveUp, counts.waiting - done);
    counts.waiting -= done + left;
    counts.gaveUp += left;
  }

  /** Who waits is failed by no service then. */
  restart(at: number): void {
    this.startedAt = at;
    this.streams = 0;
    for (const counts of Object.values(this.of)) Object.assign(counts, { ...newCounts(), gaveUp: counts.gaveUp });
  }

  values(at: number): ReadonlyMap<string, number> {
    const waiting = Object.values(this.of).reduce((sum, counts) => sum + counts.waiting, 0);
    return new Map([
      ['server.uptime', at - this.startedAt],
      ['cluster.orders/primary/v1.upstream_rq_active', waiting + this.streams],
      ...Object.entries(this.of).flatMap(([audience, counts]) =>
        (['total', 'completed', 'retry'] as const).map(
          (stat) => [`vhost.any.route.orders/${audience}.upstream_rq_${stat}`, counts[stat]] as const,
        ),
      ),
    ]);
  }
}

const unansweredIn = (users: UsersBySide, audience: Audience) =>
  users.of('orders').find(({ stratum }) => stratum === audience.replace('/', ' '))?.primary.unanswered;

it('what is said of who gave up holds, in all and since any moment', () => {
  fc.assert(
    fc.property(fc.array(second, { maxLength: 80 }), fc.nat(80), fc.nat(30), (seconds, from, seenFrom) => {
      const truth = new Truth();
      const users = new UsersBySide({ sinceMs: (seenFrom + 5) * 1_000 });
      users.follow([{ name: 'orders', primary: 'v1', shadow: 'v2' } as Mirror]);
      const audience = 'segment/staff';
      const here = truth.of[audience];
      let atFirst: number | undefined;
      let then: { readonly gaveUp: number; readonly surely: number; readonly open: number } | undefined;
      let restarts = 0;
      seconds.forEach((one, index) => {
        const at = index + 1;
        if (one.restarts && at - truth.startedAt >= SHORTEST_LIFE_S) {
          users.gone('edge');
          truth.restart(at);
          restarts += 1;
        }
        truth.pass(one);
        if (at < seenFrom || !one.isReported) return;
        users.report({ node: 'edge', atMs: (at + 5) * 1_000, values: truth.values(at) });
        // What an Envoy counted before the control plane was there is not told.
        atFirst ??= truth.startedAt < seenFrom ? here.gaveUp : 0;
        const said = unansweredIn(users, audience);
        if (!said) return;
        const { surely, open, before } = said;
        const { gaveUp } = here;
        expect(surely).toBeLessThanOrEqual(gaveUp);
        if (then) expect(Math.max(0, surely - then.surely - then.open)).toBeLessThanOrEqual(gaveUp - then.gaveUp);
        // One that has restarted took with it what was not known until then.
        if (restarts === 0) expect(surely + open + before).toBeGreaterThanOrEqual(gaveUp - atFirst);
        if (index >= from) then ??= { gaveUp, surely, open };
      });
    }),
    { numRuns: 3000 },
  );
});
