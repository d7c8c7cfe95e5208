import { expect, it } from 'vitest';
import { reportSeries } from './index.ts';

const NOW_MS = Date.UTC(2026, 0, 5, 12, 30, 20);
const minute = (back: number) => Date.UTC(2026, 0, 5, 12, 30 - back);
const point = (endpoint: string, back: number, compared: number, differing = 0) => ({
  endpoint,
  atMs: minute(back),
  compared,
  differing,
});

it('gives the wanted minutes, all together first, then by what was compared', () => {
  const points = [
    point('GET /few', 0, 1),
    point('GET /many', 2, 8, 2),
    point('GET /many', 1, 9, 3),
    point('*', 1, 9, 3),
    point('*', 2, 8, 2),
    point('*', 0, 1),
    point('GET /old', 60, 7),
    point('GET /renamed', 0, 0),
  ];
  expect(reportSeries(points, { minutes: 3, nowMs: NOW_MS })).toEqual({
    stepMs: 60_000,
    from: '2026-01-05T12:28:00.000Z',
    to: '2026-01-05T12:31:00.000Z',
    items: [
      {
        endpoint: '*',
        points: [
          [minute(2), 8, 2],
          [minute(1), 9, 3],
          [minute(0), 1, 0],
        ],
      },
      {
        endpoint: 'GET /many',
        points: [
          [minute(2), 8, 2],
          [minute(1), 9, 3],
        ],
      },
      { endpoint: 'GET /few', points: [[minute(0), 1, 0]] },
    ],
  });
  const one = reportSeries(points, { minutes: 120, endpoint: 'GET /old', nowMs: NOW_MS });
  expect(one.items.map(({ endpoint }) => endpoint)).toEqual(['*', 'GET /old']);
  expect(reportSeries([], { minutes: 1, nowMs: NOW_MS }).items).toEqual([{ endpoint: '*', points: [] }]);
});
