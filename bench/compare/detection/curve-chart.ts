/** Recall against false alarms: one self-contained SVG with a panel per size. */
import type { Point } from './figures.ts';

export interface Panel {
  readonly title: string;
  readonly curves: ReadonlyArray<{ readonly name: string; readonly points: readonly Point[] }>;
  readonly marks: ReadonlyArray<{ readonly name: string; readonly point: Point }>;
}

const PANEL = { width: 360, height: 250, left: 44, top: 34, right: 14, bottom: 40 } as const;
const COLUMNS = 2;
const HEAD = 62;

const STYLE = `
  svg { --surface: #ffffff; --text: #1f2328; --muted: #59636e; --grid: #d8dee4; --s0: #2a78c2; --s1: #e08a1e; --m0: #2a78c2; --m1: #2a78c2; --m2: #b3261e }
  @media (prefers-color-scheme: dark) {
    svg { --surface: #14181d; --text: #e6edf3; --muted: #9aa5b1; --grid: #303841; --s0: #5aa2e6; --s1: #e7a54a; --m0: #5aa2e6; --m1: #5aa2e6; --m2: #ff8a80 }
  }
  text { font: 12px system-ui, sans-serif; fill: var(--text) }
  .title { font-weight: 600; font-size: 15px }
  .muted { fill: var(--muted); font-size: 11px }
  .grid { stroke: var(--grid) }
  .curve { fill: none; stroke-width: 2 }
  .s0 { stroke: var(--s0) } .s1 { stroke: var(--s1); stroke-dasharray: 6 3 }
  .m0 { fill: var(--m0) } .m1 { fill: var(--surface); stroke: var(--m1); stroke-width: 2 } .m2 { fill: var(--m2) }`;

/** @param upTo the right end of the axis of false alarms, 0 to 1. */
export function curveChart(title: string, panels: readonly Panel[], upTo: number): string {
  const width = COLUMNS * PANEL.width;
  const height = HEAD + Math.ceil(panels.length / COLUMNS) * PANEL.height;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">`,
    `<style>${STYLE}\n</style>`,
    `<rect width="${width}" height="${height}" rx="6" style="fill: var(--surface)"/>`,
    `<text class="title" x="16" y="26">${title}</text>`,
    ...legend(panels[0]!),
    ...panels.flatMap((panel, index) => [
      `<g transform="translate(${(index % COLUMNS) * PANEL.width} ${HEAD + Math.floor(index / COLUMNS) * PANEL.height})">`,
      ...drawPanel(panel, upTo),
      '</g>',
    ]),
    '</svg>',
  ].join('\n')}\n`;
}

function legend({ curves, marks }: Panel): string[] {
  const items = [
    ...curves.map(({ name }, index) => ({ name, sign: `<path class="curve s${index}" d="M0 0h18"/>` })),
    ...marks.map(({ name }, index) => ({ name, sign: symbol(index, 9, 0) })),
  ];
  return items.map(
    ({ name, sign }, index) =>
      `<g transform="translate(${16 + index * 138} 46)">${sign}<text class="muted" x="24" y="4">${name}</text></g>`,
  );
}

function drawPanel({ title, curves, marks }: Panel, upTo: number): string[] {
  const x = (value: number) =>
    round(PANEL.left + (Math.min(value, upTo) / upTo) * (PANEL.width - PANEL.left - PANEL.right));
  const y = (value: number) => round(PANEL.height - PANEL.bottom - value * (PANEL.height - PANEL.top - PANEL.bottom));
  const parts = [`<text x="${PANEL.left}" y="${PANEL.top - 12}">${title}</text>`];
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
    parts.push(`<line class="grid" x1="${x(0)}" y1="${y(tick)}" x2="${x(upTo)}" y2="${y(tick)}"/>`);
    parts.push(`<text class="muted" x="${PANEL.left - 6}" y="${y(tick) + 4}" text-anchor="end">${100 * tick}%</text>`);
    parts.push(
      `<text class="muted" x="${x(tick * upTo)}" y="${y(0) + 15}" text-anchor="middle">${round(100 * tick * upTo)}%</text>`,
    );
  }
  parts.push(
    `<text class="muted" x="${x(upTo / 2)}" y="${y(0) + 31}" text-anchor="middle">corpora with a false alarm</text>`,
  );
  curves.forEach(({ points }, index) => {
    const line = points.map((point) => `${x(point.falseAlarms)} ${y(point.recall)}`).join('L');
    parts.push(`<path class="curve s${index}" d="M${line}"/>`);
  });
  marks.forEach(({ point }, index) => {
    parts.push(symbol(index, x(point.falseAlarms), y(point.recall)));
  });
  return parts;
}

/** Told apart by shape as well as by colour. */
function symbol(index: number, x: number, y: number): string {
  if (index === 2) return `<path class="m2" d="M${x} ${y - 6}l6 11h-12z"/>`;
  return `<circle class="m${index}" cx="${x}" cy="${y}" r="5"/>`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
