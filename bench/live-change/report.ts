/** The figures as Markdown. */
import { type Machine, machineLines, percentile, table } from '../support/index.ts';

export interface FlipResult {
  /** Until the API had answered the PATCH: stored durably and published. */
  readonly answeredMs: number;
  readonly firstMs: number;
  readonly allMs: number;
}

export interface Facts {
  readonly machine: Machine;
  readonly envoyVersion: string;
  readonly workers: number;
  readonly connections: number;
  readonly day: string;
}

const GOAL_MS = 50;

const ROWS: ReadonlyArray<readonly [title: string, value: (result: FlipResult) => number]> = [
  ['first request follows', ({ firstMs }) => firstMs],
  ['every request follows', ({ allMs }) => allMs],
  ['API has answered', ({ answeredMs }) => answeredMs],
];

export function figures(results: readonly FlipResult[]): string {
  const titles = ['median', 'p90', 'least', 'most'].map((title) => ({ title: `${title} ms`, align: 'right' as const }));
  const rows = ROWS.map(([title, value]) => {
    const values = results.map(value);
    return [title, ...[0.5, 0.9, 0, 1].map((share) => percentile(values, share).toFixed(1))];
  });
  return table([{ title: `from sending PATCH until, ${results.length} times` }, ...titles], rows);
}

export function verdict(results: readonly FlipResult[]): string {
  const median = percentile(
    results.map(({ firstMs }) => firstMs),
    0.5,
  );
  const met = median < GOAL_MS ? 'met' : 'missed';
  return `Aim: median below ${GOAL_MS} ms until the first request follows: ${met} (${median.toFixed(1)} ms).`;
}

export function markdownReport(results: readonly FlipResult[], facts: Facts): string {
  return `# From PATCH to effect

Measured on ${facts.day} by \`npm run bench:live-change -- --report\`; what is measured and how: [README.md](README.md).

${figures(results)}

${verdict(results)}

- Envoy ${facts.envoyVersion}, ${facts.workers} workers; ${facts.connections} keep-alive connections probe without pause
${machineLines(facts.machine).join('\n')}
- On the same machine: the control plane (shadowplane serve) in one process, both services and the probes in another
`;
}
