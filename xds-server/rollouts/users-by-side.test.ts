import { expect, it } from 'vitest';
import { ArmBooks } from '../brake/arms.ts';
import type { Mirror } from '../policy/index.ts';
import { candidateRoute, leftOutStats, usersDecision } from '../resources/names.ts';
import { UsersBySide } from './users-by-side.ts';

const SINCE_MS = 1_000_000;
const DECISION = 'orders/segment/employees';
const OTHERS = usersDecision(DECISION);

function setUp() {
  const users = new UsersBySide({ sinceMs: SINCE_MS });
  /** @param counts requests and, of them, 5xx by stat prefix. */
  const report = (node: string, uptime: number, atMs: number, counts: Record<string, [number, number]>) =>
    users.report({
      node,
      atMs: SINCE_MS + atMs,
      values: new Map([
        ['server.uptime', uptime],
        ...Object.entries(counts).flatMap(([route, [requests, failed]]) => [
          [stat(route), requests] as const,
          [stat(route, '5xx'), failed] as const,
        ]),
      ]),
    });
  const row = (stratum = 'segment employees', mirror = 'orders') => {
    const found = users.of(mirror).find((one) => one.stratum === stratum);
    return found && [found.primary.requests, found.primary.failed, found.candidate.requests, found.candidate.failed];
  };
  return { users, report, row };
}

/** As far as it matters here. */
function mirrorOf(name: string): Mirror {
  return { name, primary: 'v1', shadow: 'v2' } as Mirror;
}

function stat(route: string, name = 'completed'): string {
  return `vhost.shadowplane.route.${route}.upstream_rq_${name}`;
}

it.each<[string, string, 'primary' | 'candidate']>([
  ['copied', DECISION, 'primary'],
  ['left out by the share', leftOutStats(DECISION), 'primary'],
  ['not to be copied', `${OTHERS}/primary`, 'primary'],
  ['copied back', candidateRoute(DECISION), 'candidate'],
  ['left out of that', leftOutStats(candidateRoute(DECISION)), 'candidate'],
  ['not to be copied, of the candidate', `${OTHERS}/candidate`, 'candidate'],
])('counts requests that are %s', (_, route, side) => {
  const { users, report, row } = setUp();
  expect([stat(route), stat(route, '5xx')].every((name) => users.wants(name))).toBe(true);
  report('a', 1, 2_000, { [route]: [10, 2] });
  expect(row()).toEqual(side === 'primary' ? [10, 2, 0, 0] : [0, 0, 10, 2]);
  report('a', 2, 3_000, { [route.replace('segment/employees', 'sample')]: [3, 0] });
  expect(row('sample')).toEqual(side === 'primary' ? [3, 0, 0, 0] : [0, 0, 3, 0]);
});

it('asks for nothing else, and the brake goes on judging the primary alone', () => {
  const { users } = setUp();
  const brake = new ArmBooks();
  const ofCandidate = [candidateRoute(DECISION), leftOutStats(candidateRoute(DECISION)), `${OTHERS}/candidate`];
  expect([DECISION, ...ofCandidate, `${OTHERS}/primary`].filter((route) => brake.wants(stat(route)))).toEqual([
    DECISION,
  ]);
  expect(['default', 'orders', 'orders/users', `${OTHERS}/x`].filter((route) => users.wants(stat(route)))).toEqual([]);
  expect(users.wants(stat(DECISION, '2xx'))).toBe(false);
});

it('adds up Envoys and mirrors apart; one that has left keeps what it counted', () => {
  const { users, report, row } = setUp();
  report('a', 1, 2_000, { [DECISION]: [10, 1], 'other/sample': [7, 0] });
  report('b', 1, 2_000, { [DECISION]: [5, 0] });
  users.gone('b');
  report('a', 2, 3_000, { [DECISION]: [12, 1] });
  expect(row()).toEqual([17, 1, 0, 0]);
  expect(row('sample', 'other')).toEqual([7, 0, 0, 0]);
  users.follow([mirrorOf('other')]);
  expect(users.of('orders')).toEqual([]);
});

it.each<[string, (report: ReturnType<typeof setUp>['report'], users: UsersBySide) => void, number]>([
  ['restarts', (report) => report('a', 1, 20_000, { [DECISION]: [15, 0] }), 25],
  [
    'restarts while it is away',
    (report, users) => {
      users.gone('a');
      report('a', 50, 101_000, { [DECISION]: [15, 0] });
    },
    25,
  ],
  [
    'was away',
    (report, users) => {
      users.gone('a');
      report('a', 100, 101_000, { [DECISION]: [15, 0] });
    },
    15,
  ],
  [
    'loses a route and gets it again',
    (report) => {
      report('a', 11, 12_000, {});
      report('a', 12, 13_000, { [DECISION]: [4, 0] });
    },
    14,
  ],
])('goes on from where it was: an Envoy that %s', (_, happens, requests) => {
  const { users, report, row } = setUp();
  report('a', 10, 11_000, { [DECISION]: [10, 0] });
  happens(report, users);
  expect(row()).toEqual([requests, 0, 0, 0]);
});

it('what an Envoy had counted before this process began is not ours', () => {
  const { report, row } = setUp();
  report('a', 60, 2_000, { [DECISION]: [1_000, 9] });
  expect(row()).toBeUndefined();
  report('a', 61, 3_000, { [DECISION]: [1_010, 10] });
  expect(row()).toEqual([10, 1, 0, 0]);
});

it('no sum shrinks where a report counts a failure before its request', () => {
  const { report, row } = setUp();
  report('a', 1, 2_000, { [DECISION]: [10, 0] });
  report('a', 2, 3_000, { [DECISION]: [10, 2] });
  expect(row()).toEqual([12, 2, 0, 0]);
  report('a', 3, 4_000, { [DECISION]: [12, 2] });
  expect(row()).toEqual([12, 2, 0, 0]);
});

const ANSWERED: ReadonlyArray<readonly [string, 'primary' | 'candidate', string]> = [
  [DECISION, 'primary', 'cluster.orders/primary/v1.upstream_rq_active'],
  [candidateRoute(DECISION), 'candidate', 'cluster.orders/users/v2.upstream_rq_active'],
];

it.each(ANSWERED)(
  'who gives up on %s is counted, and who waits is not; a restart loses neither',
  (route, side, gauge) => {
    const { users } = setUp();
    expect(users.wants(gauge)).toBe(false);
    users.follow([mirrorOf('orders')]);
    let seconds = 0;
    /** A second later, as Envoy tells it. */
    const report = (uptime: number, begun: number, answered: number, open?: number) => {
      const values = Object.entries({
        'server.uptime': uptime,
        [stat(route, 'total')]: begun,
        [stat(route)]: answered,
        ...(open !== undefined && { [gauge]: open }),
      });
      expect(values.filter(([name]) => !users.wants(name))).toEqual([]);
      seconds += 1;
      users.report({ node: 'a', atMs: SINCE_MS + seconds * 1_000, values: new Map(values) });
      return users.of('orders')[0]?.[side].unanswered;
    };
    expect(report(1, 50, 40, 10)).toEqual({ surely: 0, open: 10, before: 0 });
    report(2, 90, 80, 4);
    expect(report(3, 90, 80, 4)).toEqual({ surely: 6, open: 4, before: 0 });
    // Who was under way when it ended was failed by nobody.
    expect(report(1, 5, 5, 0)).toEqual({ surely: 6, open: 0, before: 0 });
    expect(report(2, 9, 5)).toEqual({ surely: 6, open: 4, before: 0 });
    report(3, 9, 5, 1);
    expect(report(4, 9, 5, 1)).toEqual({ surely: 9, open: 1, before: 0 });
  },
);

it('of an Envoy that was there before, who waited then may be among those who give up', () => {
  const { users } = setUp();
  users.follow([mirrorOf('orders')]);
  const report = (uptime: number, begun: number, answered: number, open: number) =>
    users.report({
      node: 'a',
      atMs: SINCE_MS + uptime * 1_000 - 60_000,
      values: new Map([
        ['server.uptime', uptime],
        [stat(DECISION, 'total'), begun],
        [stat(DECISION), answered],
        ['cluster.orders/primary/v1.upstream_rq_active', open],
      ]),
    });
  report(61, 1_000, 900, 20);
  report(62, 1_010, 930, 0);
  report(63, 1_020, 940, 0);
  expect(users.of('orders')[0]?.primary).toEqual({
    requests: 40,
    failed: 0,
    unanswered: { surely: 0, open: 0, before: 20 },
  });
  report(64, 1_100, 990, 0);
  report(65, 1_100, 990, 0);
  expect(users.of('orders')[0]?.primary).toEqual({
    requests: 90,
    failed: 0,
    unanswered: { surely: 10, open: 0, before: 20 },
  });
});

it('a process that follows another goes on from its counts, under the name that they had', () => {
  const first = setUp();
  first.users.follow([mirrorOf('orders')]);
  first.report('a', 1, 2_000, { [DECISION]: [10, 2], [candidateRoute(DECISION)]: [4, 1] });
  const counted = first.users.of('orders').map((row) => ({ ...row, primary: { ...row.primary, unanswered: GAVE_UP } }));
  const { users, report, row } = setUp();
  users.goOnFrom('orders', JSON.parse(JSON.stringify(counted)));
  users.follow([mirrorOf('orders')]);
  expect(users.of('orders')[0]).toMatchObject({
    since: counted[0]!.since,
    primary: { unanswered: { surely: 3, open: 0, before: 0 } },
  });
  // While nobody was there, nobody counted.
  report('a', 60, 2_000, { [DECISION]: [50, 9] });
  expect(row()).toEqual([10, 2, 4, 1]);
  report('a', 61, 3_000, { [DECISION]: [55, 9] });
  expect(row()).toEqual([15, 2, 4, 1]);
  expect(users.of('others')).toEqual([]);
});

const GAVE_UP = { surely: 3, open: 7, before: 1 };
