import { expect, it } from 'vitest';
import { OpenRequests } from './open-requests.ts';

/** Requests that one Envoy had begun and answered by a report, and how many were open then. */
type Seen = readonly [begun: number, answered: number, open: number | undefined, sentAgain?: number];

function play(reports: readonly Seen[], openAtFirst = 0) {
  const requests = new OpenRequests(openAtFirst);
  let before: Seen = [0, 0, 0, 0];
  let surely = 0;
  for (const now of reports) {
    requests.add('total', now[0] - before[0]);
    requests.add('completed', now[1] - before[1]);
    requests.add('retry', (now[3] ?? 0) - (before[3] ?? 0));
    surely += requests.settle(now[2]);
    before = now;
  }
  return { surely, atMost: surely + requests.perhaps };
}

it.each<[string, readonly Seen[], { surely: number; atMost: number }]>([
  [
    'all answered',
    [
      [90, 90, 0],
      [100, 100, 0],
    ],
    { surely: 0, atMost: 0 },
  ],
  ['under way, for however long', Array<Seen>(600).fill([100, 93, 7]), { surely: 0, atMost: 7 }],
  [
    'given up',
    [
      [100, 93, 0],
      [100, 93, 0],
    ],
    { surely: 7, atMost: 7 },
  ],
  [
    'given up while others wait',
    [
      [100, 90, 4],
      [110, 98, 6],
    ],
    { surely: 6, atMost: 12 },
  ],
  [
    'answered, and the rest of it still streams',
    [
      [100, 100, 40],
      [120, 120, 60],
    ],
    { surely: 0, atMost: 0 },
  ],
  [
    'given up beside as many streams: nobody can say',
    [
      [100, 95, 5],
      [100, 95, 5],
    ],
    { surely: 0, atMost: 5 },
  ],
  [
    'until a stream has ended',
    [
      [100, 95, 5],
      [100, 95, 1],
      [100, 95, 1],
    ],
    { surely: 4, atMost: 5 },
  ],
  [
    'sent again until it was answered',
    [
      [103, 100, 0, 3],
      [103, 100, 0, 3],
    ],
    { surely: 0, atMost: 0 },
  ],
  [
    'not sent anywhere, and failed by Envoy',
    [
      [0, 12, 0],
      [0, 12, 0],
    ],
    { surely: 0, atMost: 0 },
  ],
  [
    'not told how many are open',
    [
      [100, 93, undefined],
      [100, 93, undefined],
    ],
    { surely: 0, atMost: 7 },
  ],
  [
    'counted just before its answer was',
    [
      [100, 93, 0],
      [100, 100, 0],
      [200, 199, 0],
      [200, 200, 0],
    ],
    { surely: 0, atMost: 0 },
  ],
])('%s', (_, reports, expected) => {
  expect(play(reports)).toEqual(expected);
});

it('what was under way at first may be given up, and is not known to be', () => {
  expect(
    play(
      [
        [10, 10, 5],
        [10, 10, 0],
        [10, 10, 0],
      ],
      5,
    ),
  ).toEqual({ surely: 0, atMost: 5 });
});

it('what was given up stays so, whatever is under way later', () => {
  expect(
    play([
      [10, 6, 0],
      [10, 6, 0],
      [90, 6, 80],
    ]),
  ).toEqual({ surely: 4, atMost: 84 });
});
