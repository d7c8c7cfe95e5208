import { expect, it } from 'vitest';
import { OTHER_ENDPOINTS } from './index.ts';
import { MINUTE_MS, SERIES_MS, Series } from './series.ts';

const START_MS = 1_790_000_040_000 - (1_790_000_040_000 % MINUTE_MS);
const brief = (series: Series) =>
  series.points().map(({ endpoint, atMs, compared, differing }) => [endpoint, atMs - START_MS, compared, differing]);

it('counts a minute, by endpoint and together, and tells what has changed', () => {
  const series = new Series();
  series.count('GET /a', START_MS, true);
  series.count('GET /b', START_MS + 59_999, false);
  series.count('GET /a', START_MS + 60_000, false);
  expect(brief(series)).toEqual([
    ['*', 0, 2, 1],
    ['*', 60_000, 1, 0],
    ['GET /a', 0, 1, 1],
    ['GET /a', 60_000, 1, 0],
    ['GET /b', 0, 1, 0],
  ]);
  expect(series.takeChanged()).toHaveLength(5);
  series.count('GET /b', START_MS + 1, true);
  expect(series.takeChanged().map(({ endpoint, compared }) => [endpoint, compared])).toEqual([
    ['*', 3],
    ['GET /b', 2],
  ]);
});

it('forgets what is too old, and bounds the endpoints', () => {
  const series = new Series(() => START_MS + 2 * SERIES_MS);
  series.count('GET /old', START_MS, false);
  series.count('GET /new', START_MS + SERIES_MS + MINUTE_MS, false);
  expect(brief(series).map(([endpoint]) => endpoint)).toEqual(['*', 'GET /new']);
  for (let index = 0; index < 300; index += 1) series.count(`GET /${index}`, START_MS + SERIES_MS + MINUTE_MS, false);
  const points = series.points();
  expect(points.length).toBeLessThan(110);
  expect(points.find(({ endpoint }) => endpoint === OTHER_ENDPOINTS)!.compared).toBeGreaterThan(190);
  expect(points.find(({ endpoint }) => endpoint === '*')!.compared).toBe(301);
});

it('an Envoy whose clock is ahead makes nothing forgotten, and what is too old is forgotten after it as before', () => {
  let nowMs = START_MS;
  const series = new Series(() => nowMs);
  series.count('GET /a', START_MS, false);
  series.count('GET /ahead', START_MS + 10 * SERIES_MS, false);
  expect(brief(series).map(([endpoint]) => endpoint)).toEqual(['*', '*', 'GET /a', 'GET /ahead']);
  nowMs += SERIES_MS + MINUTE_MS;
  series.count('GET /b', nowMs, false);
  expect(brief(series).map(([endpoint]) => endpoint)).toEqual(['*', '*', 'GET /ahead', 'GET /b']);
});

it('endpoints that turn out to be one are added up', () => {
  const series = new Series();
  for (const endpoint of ['GET /1', 'GET /2', 'GET /x']) series.count(endpoint, START_MS, true);
  series.takeChanged();
  series.rename((endpoint) => (endpoint === 'GET /x' ? endpoint : 'GET /{id}'));
  expect(brief(series)).toEqual([
    ['*', 0, 3, 3],
    ['GET /x', 0, 1, 1],
    ['GET /{id}', 0, 2, 2],
  ]);
  expect(series.takeChanged().map(({ endpoint, compared }) => [endpoint, compared])).toEqual([
    ['GET /{id}', 2],
    ['GET /1', 0],
    ['GET /2', 0],
  ]);
});
