/** Memory over time: one self-contained SVG that follows the reader's light or dark preference. */
import { type MemorySample, WARM_UP_SHARE } from './figures.ts';

const BOX = { width: 760, height: 300, left: 56, top: 62, right: 96, bottom: 38 } as const;

const STYLE = `
  svg { --surface: #ffffff; --text: #1f2328; --muted: #59636e; --grid: #d8dee4; --warm: #eef1f4; --s0: #2a78c2; --s1: #b35c00; --s2: #3f7f3f; --s3: #8a4fb0 }
  @media (prefers-color-scheme: dark) {
    svg { --surface: #14181d; --text: #e6edf3; --muted: #9aa5b1; --grid: #303841; --warm: #1c222a; --s0: #5aa2e6; --s1: #e7a54a; --s2: #7fc47f; --s3: #c79be3 }
  }
  text { font: 12px system-ui, sans-serif; fill: var(--text) }
  .title { font-weight: 600; font-size: 15px }
  .muted { fill: var(--muted); font-size: 11px }
  .grid { stroke: var(--grid) }
  .line { fill: none; stroke-width: 2 }
  .s0 { stroke: var(--s0) } .s1 { stroke: var(--s1); stroke-dasharray: 7 3 }
  .s2 { stroke: var(--s2); stroke-dasharray: 2 2 } .s3 { stroke: var(--s3); stroke-dasharray: 9 2 2 2 }`;

export function memoryChart(title: string, samples: readonly MemorySample[]): string {
  const lastMs = Math.max(samples.at(-1)?.atMs ?? 0, 1);
  const most = Math.max(1, ...samples.map(({ envoyMiB, nodeMiB }) => Math.max(envoyMiB, nodeMiB)));
  const step = [5, 10, 20, 50, 100, 200, 500, 1_000].find((size) => most / size <= 6) ?? 2_000;
  const upTo = Math.ceil(most / step) * step;
  const x = (atMs: number) => round(BOX.left + (atMs / lastMs) * (BOX.width - BOX.left - BOX.right));
  const y = (mib: number) => round(BOX.height - BOX.bottom - (mib / upTo) * (BOX.height - BOX.top - BOX.bottom));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${BOX.width} ${BOX.height}" role="img" aria-label="${title}">`,
    `<style>${STYLE}\n</style>`,
    `<rect width="${BOX.width}" height="${BOX.height}" rx="6" style="fill: var(--surface)"/>`,
    `<text class="title" x="16" y="28">${title}</text>`,
    `<rect x="${x(0)}" y="${y(upTo)}" width="${round(x(lastMs * WARM_UP_SHARE) - x(0))}" height="${round(y(0) - y(upTo))}" style="fill: var(--warm)"/>`,
    `<text class="muted" x="${x(0) + 6}" y="${y(upTo) - 6}">warm-up</text>`,
  ];
  for (let tick = 0; tick <= upTo; tick += step) {
    parts.push(`<line class="grid" x1="${x(0)}" y1="${y(tick)}" x2="${x(lastMs)}" y2="${y(tick)}"/>`);
    parts.push(`<text class="muted" x="${x(0) - 8}" y="${y(tick) + 4}" text-anchor="end">${tick} MiB</text>`);
  }
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const minutes = round((lastMs * share) / 60_000);
    parts.push(
      `<text class="muted" x="${x(lastMs * share)}" y="${y(0) + 20}" text-anchor="middle">${minutes} min</text>`,
    );
  }
  const series = [
    ['Envoy', ({ envoyMiB }: MemorySample) => envoyMiB],
    ['control plane', ({ nodeMiB }: MemorySample) => nodeMiB],
    ['allocated', ({ envoyLiveMiB }: MemorySample) => envoyLiveMiB],
    ['in use', ({ nodeLiveMiB }: MemorySample) => nodeLiveMiB],
  ] as const;
  series.forEach(([name, of], index) => {
    const line = samples.map((sample) => `${x(sample.atMs)} ${y(of(sample))}`).join('L');
    parts.push(`<path class="line s${index}" d="M${line}"/>`);
    parts.push(`<text x="${x(lastMs) + 8}" y="${y(of(samples.at(-1)!)) + 4}">${name}</text>`);
  });
  return `${[...parts, '</svg>'].join('\n')}\n`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
