import { expect, test } from 'vitest';
import { figures, markdownReport, verdict } from './report.ts';

const results = Array.from({ length: 11 }, (_, index) => ({
  answeredMs: index,
  firstMs: 10 * index,
  allMs: 20 * index,
}));

test('median, p90 and extremes of each figure', () => {
  expect(figures(results)).toMatch(/first request follows\s*\|\s*50\.0 \|\s*90\.0 \|\s*0\.0 \|\s*100\.0 \|/);
  expect(figures(results)).toMatch(/every request follows\s*\|\s*100\.0 \|\s*180\.0 \|/);
  expect(figures(results)).toContain('11 times');
});

test('the aim is met below 50 ms only', () => {
  expect(verdict(results)).toContain('missed (50.0 ms)');
  expect(verdict(results.slice(0, 10))).toContain('met (45.0 ms)');
});

test('the report names the machine and Envoy', () => {
  const machine = { cpu: '2 x Some CPU', memoryGiB: 8, system: 'Linux 6.1', node: 'v20.0.0' };
  const report = markdownReport(results, {
    machine,
    envoyVersion: '1.40.0',
    workers: 2,
    connections: 4,
    day: '2026-01-02',
  });
  for (const part of ['2 x Some CPU', 'Envoy 1.40.0, 2 workers', '2026-01-02', 'missed'])
    expect(report).toContain(part);
});
