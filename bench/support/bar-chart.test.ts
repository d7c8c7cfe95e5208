import { expect, test } from 'vitest';
import { barChart } from './bar-chart.ts';

const chart = {
  title: 'CPU <per> request',
  unit: 'µs',
  series: ['32 connections', '512 connections'],
  groups: [
    { label: 'native & Lua', bars: [estimate(10, 9, 11), estimate(20, 18, 22)] },
    { label: 'A/A', bars: [estimate(-0.2, -0.5, 0.4), estimate(0, 0, 0)] },
  ],
  mark: { at: 8, label: 'aim' },
};

function estimate(value: number, low: number, high: number) {
  return { value, low, high };
}

function widths(svg: string): number[] {
  return [...svg.matchAll(/<rect class="s\d" x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="11" rx="1"/g)]
    .map(([, width]) => Number(width))
    .slice(chart.series.length);
}

test('bars are as long as their values and start at zero', () => {
  const [first, second, third, fourth] = widths(barChart(chart));
  expect(second! / first!).toBeCloseTo(2, 2);
  expect(third! / first!).toBeCloseTo(0.02, 2);
  expect(fourth).toBe(0);
});

test('labels are escaped, the aim is drawn and both colour schemes are served', () => {
  const svg = barChart(chart);
  expect(svg).toContain('CPU &lt;per&gt; request');
  expect(svg).toContain('native &amp; Lua');
  expect(svg).toContain('class="mark"');
  expect(svg).toContain('prefers-color-scheme: dark');
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});
