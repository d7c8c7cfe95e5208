import { expect, it } from 'vitest';
import { OpenRequests } from './open-requests.ts';

/** Requests that one Envoy had begun and answered by a report, and how many were open then. */
type Seen = readonly [begun: number, answered: number, open: number | undefined, sentAgain?: number];

function play(reports: readonly Seen[]) {
  const requests = new OpenRequests();
  let before: Seen = [0, 0, 0, 0];
  let surely = 0;
  for (const now of reports) {
    requests.add('total', now[0] - before[0]);
    requests.add('completed', now[1] - before[1]);
    requests.add('retry', (now[3] ?? 0) - (before[3] ?? 0));
    surely += requests.settle(now[2]);
    before = now;
  }
  return { surely, open: requests.open };
}

it.each<[string, readonly Seen[], { surely: number; open: number }]>([
  [
    'all answered',
    [
      [90, 90, 0],
      [100, 100, 0],
    ],
    { surely: 0, open: 0 },
  ],
  ['under way, for however long', Array<Seen>(600).fill([100, 93, 7]), { surely: 0, open: 7 }],
  [
    'given up',
    [
      [100, 93, 0],
      [100, 93, 0],
    ],
    { surely: 7, open: 0 },
  ],
  [
    'given up while others wait',
    [
      [100, 90, 4],
      [110, 98, 6],
    ],
    { surely: 6, open: 6 },
  ],
  [
    'answered, and the rest of it still streams',
    [
      [100, 100, 40],
      [120, 120, 60],
    ],
    { surely: 0, open: 0 },
  ],
  [
    'given up beside as many streams: nobody can say',
    [
      [100, 95, 5],
      [100, 95, 5],
    ],
    { surely: 0, open: 5 },
  ],
  [
    'until a stream has ended',
    [
      [100, 95, 5],
      [100, 95, 1],
      [100, 95, 1],
    ],
    { surely: 4, open: 1 },
  ],
  [
    'sent again until it was answered',
    [
      [103, 100, 0, 3],
      [103, 100, 0, 3],
    ],
    { surely: 0, open: 0 },
  ],
  [
    'not sent anywhere, and failed by Envoy',
    [
      [0, 12, 0],
      [0, 12, 0],
    ],
    { surely: 0, open: 0 },
  ],
  [
    'not told how many are open',
    [
      [100, 93, undefined],
      [100, 93, undefined],
    ],
    { surely: 0, open: 7 },
  ],
  [
    'counted just before its answer was',
    [
      [100, 93, 0],
      [100, 100, 0],
      [200, 199, 0],
      [200, 200, 0],
    ],
    { surely: 0, open: 0 },
  ],
])('%s', (_, reports, expected) => {
  expect(play(reports)).toEqual(expected);
});

it('what was given up stays so, whatever is under way later', () => {
  expect(
    play([
      [10, 6, 0],
      [10, 6, 0],
      [90, 6, 80],
    ]),
  ).toEqual({ surely: 4, open: 80 });
});
