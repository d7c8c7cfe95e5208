import type { Estimate } from './statistics.ts';

/**
 * A horizontal bar chart with error bars as one self-contained SVG. It paints its own background and follows the
 * reader's light or dark preference, so it is legible wherever it is embedded.
 */
export interface BarChart {
  readonly title: string;
  readonly unit: string;
  /** Names of the bars within each group, in order; at most two, so that they can be told apart without colour vision. */
  readonly series: readonly string[];
  readonly groups: ReadonlyArray<{ readonly label: string; readonly bars: readonly Estimate[] }>;
  /** A vertical line with its caption, such as an aim. */
  readonly mark?: { readonly at: number; readonly label: string };
}

const WIDTH = 760;
const LABEL_WIDTH = 250;
const RIGHT_MARGIN = 70;
const BAR = 13;
const GROUP_GAP = 12;
const TOP = 78;

const STYLE = `
  svg { --surface: #ffffff; --text: #1f2328; --muted: #59636e; --grid: #d8dee4; --s0: #2a78c2; --s1: #e08a1e; --mark: #b3261e }
  @media (prefers-color-scheme: dark) {
    svg { --surface: #14181d; --text: #e6edf3; --muted: #9aa5b1; --grid: #303841; --s0: #5aa2e6; --s1: #e7a54a; --mark: #ff8a80 }
  }
  text { font: 13px system-ui, sans-serif; fill: var(--text) }
  .title { font-weight: 600; font-size: 15px }
  .muted { fill: var(--muted); font-size: 12px }
  .grid { stroke: var(--grid) }
  .error { stroke: var(--text); stroke-width: 1.5 }
  .mark { stroke: var(--mark); stroke-dasharray: 4 3; stroke-width: 1.5 }
  .mark-label { fill: var(--mark); font-size: 12px }
  .s0 { fill: var(--s0) } .s1 { fill: var(--s1) }`;

export function barChart(chart: BarChart): string {
  const estimates = chart.groups.flatMap(({ bars }) => bars);
  const lowest = Math.min(0, ...estimates.map(({ low }) => low));
  const highest = Math.max(chart.mark?.at ?? 0, ...estimates.map(({ high }) => high));
  const step = tickStep(highest - lowest);
  const from = Math.floor(lowest / step) * step;
  const to = Math.max(Math.ceil(highest / step) * step, from + step);
  const x = (value: number) =>
    round(LABEL_WIDTH + ((value - from) / (to - from)) * (WIDTH - LABEL_WIDTH - RIGHT_MARGIN));
  const groupHeight = chart.series.length * BAR + GROUP_GAP;
  const bottom = TOP + chart.groups.length * groupHeight;
  const height = bottom + 34;

  const parts: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(chart.title)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect width="${WIDTH}" height="${height}" rx="6" style="fill: var(--surface)"/>`,
    `<text class="title" x="16" y="28">${escapeXml(chart.title)}</text>`,
    ...legend(chart.series),
  ];
  for (let tick = from; tick <= to + step / 2; tick += step) {
    parts.push(`<line class="grid" x1="${x(tick)}" y1="${TOP - 6}" x2="${x(tick)}" y2="${bottom}"/>`);
    parts.push(`<text class="muted" x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${round(tick)}</text>`);
  }
  parts.push(
    `<text class="muted" x="${WIDTH - 12}" y="${bottom + 18}" text-anchor="end">${escapeXml(chart.unit)}</text>`,
  );
  chart.groups.forEach(({ label, bars }, index) => {
    const top = TOP + index * groupHeight;
    const middle = top + (bars.length * BAR) / 2;
    parts.push(`<text x="${LABEL_WIDTH - 12}" y="${middle + 4}" text-anchor="end">${escapeXml(label)}</text>`);
    bars.forEach((bar, series) => {
      parts.push(...drawBar(bar, series, top + series * BAR, x));
    });
  });
  if (chart.mark) {
    const at = x(chart.mark.at);
    parts.push(`<line class="mark" x1="${at}" y1="${TOP - 8}" x2="${at}" y2="${bottom}"/>`);
    parts.push(
      `<text class="mark-label" x="${at}" y="${TOP - 13}" text-anchor="middle">${escapeXml(chart.mark.label)}</text>`,
    );
  }
  return `${[...parts, '</svg>'].join('\n')}\n`;
}

function drawBar(bar: Estimate, series: number, y: number, x: (value: number) => number): string[] {
  const left = Math.min(x(0), x(bar.value));
  const width = round(Math.abs(x(bar.value) - x(0)));
  const middle = y + (BAR - 2) / 2;
  return [
    `<rect class="s${series}" x="${left}" y="${y}" width="${width}" height="${BAR - 2}" rx="1"/>`,
    `<path class="error" fill="none" d="M${x(bar.low)} ${middle}H${x(bar.high)}M${x(bar.low)} ${middle - 3}v6M${x(bar.high)} ${middle - 3}v6"/>`,
    `<text class="muted" x="${round(Math.max(x(bar.high), x(0)) + 7)}" y="${middle + 4}">${bar.value.toFixed(1)}</text>`,
  ];
}

function legend(series: readonly string[]): string[] {
  return series.flatMap((name, index) => [
    `<rect class="s${index}" x="${16 + index * 150}" y="41" width="11" height="11" rx="1"/>`,
    `<text class="muted" x="${33 + index * 150}" y="51">${escapeXml(name)}</text>`,
  ]);
}

/** 1, 2 or 5 times a power of ten, so that about six lines cover the range. */
function tickStep(range: number): number {
  const rough = Math.max(range, 1e-9) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? 10 * power;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
