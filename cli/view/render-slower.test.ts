import { expect, it } from 'vitest';
import type { LatencyItem } from '../../compare/report/index.ts';
import { PLAIN } from '../output/style.ts';
import { renderSlower } from './render-slower.ts';

function item(endpoint: string, shift: Partial<NonNullable<LatencyItem['shift']>> | null, p50Ms = 20): LatencyItem {
  const arm = { p50Ms, p90Ms: 30, p99Ms: 40 };
  const full = shift && { ms: 10, lowMs: 8, highMs: 12, pValue: 0, against: 'primary', ...shift };
  return { endpoint, arms: { primary: arm, candidate: arm }, shift: full } as unknown as LatencyItem;
}

const slower = (...items: LatencyItem[]) => renderSlower(items, { style: PLAIN, width: 80 });

it('is silent about what may be chance, is small, is faster, or is all endpoints together', () => {
  const items = [
    item('GET /a', { lowMs: -1 }),
    item('GET /b', { ms: 0.9, lowMs: 0.8 }, 1),
    item('GET /c', { ms: 1.9, lowMs: 1.8 }, 20),
    item('GET /d', { ms: -10, lowMs: -12, highMs: -8 }),
    item('GET /e', null),
    item('*', {}),
  ];
  expect(slower(...items)).toEqual([]);
});

it('shows the slowest first, and how many more there are', () => {
  const many = [1, 2, 3, 4, 5, 6, 7].map((i) => item(`GET /${i}`, { ms: 10 * i }));
  const lines = slower(...many);
  expect(lines[3]).toMatch(/GET \/7 +20 ms -> 20 ms +40 ms -> 40 ms +\+70 ms +8\.0 ms to 12 ms/);
  expect(lines.at(-1)).toBe('  and 2 more');
});
