import { expect, it } from 'vitest';
import type { Result } from './measure.ts';
import { figures, ratios, verdict } from './report.ts';

const result = (server: string, change: Partial<Result> = {}): Result => ({
  server,
  streams: 1000,
  routes: 10,
  changed: 'one',
  connectMs: 900,
  lastAckMs: [100, 120, 110],
  spreadMs: [90, 100, 95],
  cpuMs: [50, 60, 55],
  clientsCpuMs: [20, 30, 25],
  updateBytes: 512,
  heapBytesPerStream: 30_000,
  rssBytesPerStream: 80_000,
  ...change,
});

it('shows medians, and CPU a stream', () => {
  const row = figures([result('shadowplane')])
    .split('\n')
    .at(-1)!;
  const cells = row.split('|').map((cell) => cell.trim());
  expect(cells.slice(1, -1)).toEqual([
    ...['1000', '10', 'one', 'shadowplane', '900', '110.0 (118.0)', '95.0', '55', '25', '30', '80', '512'],
  ]);
});

it('compares within rounds', () => {
  const peer = result('go-control-plane', { lastAckMs: [50, 60, 55] });
  expect(ratios([result('shadowplane'), peer])).toContain('2.00 (2.00 to 2.00)');
  expect(ratios([result('shadowplane')])).toBe('');
});

it('says which aims are missed', () => {
  const peer = result('go-control-plane');
  expect(verdict([result('shadowplane'), peer])).not.toContain('missed');
  const slow = { lastAckMs: [600, 700, 800], heapBytesPerStream: 61_000 };
  expect(verdict([result('shadowplane', slow), peer]).match(/missed/g)).toHaveLength(3);
  expect(verdict([result('shadowplane')])).toContain('go-control-plane at 1,000 streams: not measured');
  expect(verdict([result('shadowplane', { streams: 100 })])).toContain('not measured');
});
