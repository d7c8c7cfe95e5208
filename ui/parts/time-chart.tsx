/** Counts over time with an axis and a cursor; drawn by uPlot, which is loaded when the first chart is shown. */
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { count, shortCount } from './format.ts';
import type { Point } from './sparkline.tsx';

export interface TimeChartProps {
  readonly points: readonly Point[];
  readonly fromMs: number;
  readonly toMs: number;
}

const HEIGHT = 190;

export function TimeChart({ points, fromMs, toMs }: TimeChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const data = toData(points);
  const latest = useRef({ data, fromMs, toMs });
  latest.current = { data, fromMs, toMs };

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    let isGone = false;
    let stop = () => {};
    void import('uplot').then(({ default: UPlot }) => {
      if (isGone) return;
      const draw = (): void => {
        chart.current?.destroy();
        chart.current = new UPlot(optionsOf(element, UPlot.paths), latest.current.data, element);
        setScale(chart.current, latest.current);
      };
      draw();
      const resized = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
      resized.observe(element);
      dark.addEventListener('change', draw);
      stop = () => {
        resized.disconnect();
        dark.removeEventListener('change', draw);
        chart.current?.destroy();
        chart.current = undefined;
      };
    });
    return () => {
      isGone = true;
      stop();
    };
  }, []);

  useEffect(() => {
    if (!chart.current) return;
    chart.current.setData(data, false);
    setScale(chart.current, { fromMs, toMs });
  }, [points, fromMs, toMs]);

  const differing = points.reduce((sum, [, , value]) => sum + value, 0);
  const compared = points.reduce((sum, [, value]) => sum + value, 0);
  return (
    <div
      class="time-chart"
      ref={box}
      role="img"
      aria-label={`${count(compared)} pairs, ${count(differing)} of them differ`}
    />
  );
}

function setScale(chart: uPlot, { fromMs, toMs }: Pick<TimeChartProps, 'fromMs' | 'toMs'>): void {
  chart.setScale('x', { min: fromMs / 1000, max: toMs / 1000 });
}

function toData(points: readonly Point[]): uPlot.AlignedData {
  return [points.map(([at]) => at / 1000), points.map(([, all]) => all), points.map(([, , differing]) => differing)];
}

/** Colours come from the page's own, so that they follow the scheme. */
function optionsOf(element: HTMLElement, paths: typeof uPlot.paths | undefined): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--ink-quiet'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  // A bar begins with its minute; a line would say something of the time between.
  const bars = paths?.bars?.({ size: [0.86, 40], align: 1, gap: 1 });
  const series = (label: string, fill: string): uPlot.Series => ({
    label,
    fill: colour(fill),
    width: 0,
    points: { show: false },
    value: (_, value) => (value === null ? '–' : count(value)),
    ...(bars && { paths: bars }),
  });
  return {
    width: element.clientWidth,
    height: HEIGHT,
    cursor: { y: false, points: { show: false } },
    legend: { live: true },
    scales: { y: { range: (_, _low, high) => [0, Math.max(high ?? 0, 1) * 1.08] } },
    axes: [
      { ...axis, space: 56, values: (_, splits) => splits.map((at) => clock(at * 1000)) },
      { ...axis, size: 44, space: 36, values: (_, splits) => splits.map((value) => shortCount(value)) },
    ],
    series: [
      { label: 'minute', value: (_, value) => (value === null ? '–' : clock(value * 1000)) },
      series('compared', '--noise-fill'),
      series('differing', '--different'),
    ],
  };
}

function clock(ms: number): string {
  return new Date(ms).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
