/** The table as text and as Markdown. */
import { type Machine, machineLines, table } from '../../bench/support/index.ts';
import type { RowFigures } from './figures.ts';
import type { RowResult } from './rows.ts';
import { COPY_TIMEOUT, MEMORY_BOUND_MIB, P99_BOUND } from './table.ts';

export interface Facts {
  readonly machine: Machine;
  readonly envoyVersion: string;
  readonly day: string;
  readonly minutes: number;
}

export function progressLine({ fault, traffic, figures, judgement, native }: RowResult): string {
  const { failed, failedOff, requests, memoryMiB, failures } = figures;
  const cells = [
    judgement.padEnd(12),
    `${fault}, ${traffic}:`,
    `${failed} of ${requests} failed (${failedOff} uncopied),`,
    `p50 ${ratio(figures.p50Ratio)}, p99 ${ratio(figures.p99Ratio)} (A/A ${ratio(figures.p99Alike)}),`,
    `${memoryMiB.toFixed(0)} MiB`,
    ...(native
      ? [
          `| plain Envoy: ${native.failed} of ${native.requests} failed, p99 ${ratio(native.p99Ratio)}, ${native.memoryMiB.toFixed(0)} MiB`,
        ]
      : []),
    ...(failures.length > 0 ? [`| ${failures[0]}`] : []),
  ];
  return cells.join(' ');
}

const right = (title: string) => ({ title, align: 'right' as const });
const COLUMNS = [
  { title: 'fault' },
  right('requests an arm'),
  right('failed'),
  right('not copied, failed'),
  right('p50 ms'),
  right('p50 ratio'),
  right('p99 ms'),
  right('p99 ratio'),
  right('at least'),
  right('A/A p99'),
  right('Envoy MiB'),
  { title: 'row' },
];
const NATIVE_COLUMNS = [right('plain: failed'), right('plain: p99 ratio'), right('plain: MiB')];

export function markdownReport(results: readonly RowResult[], { machine, envoyVersion, day, minutes }: Facts): string {
  const kinds = [...new Set(results.map(({ traffic }) => traffic))];
  const sections = kinds.map((kind) => {
    const rows = results.filter(({ traffic }) => traffic === kind);
    const hasNative = rows.some(({ native }) => native);
    const cells = rows.map((row) => [...cellsOf(row), ...(hasNative ? nativeCells(row.native) : [])]);
    return `## ${kind}\n\n${table([...COLUMNS, ...(hasNative ? NATIVE_COLUMNS : [])], cells)}`;
  });
  const count = (judgement: string) => results.filter((row) => row.judgement === judgement).length;
  const taken = results.filter((row) => row.taken !== undefined);
  const lost = (pick: (row: RowResult) => RowFigures | undefined) =>
    results.reduce((sum, row) => sum + (row.taken === undefined ? (pick(row)?.failed ?? 0) : 0), 0);
  return `# Isolation under faults

Measured on ${day} by \`npm run faults -- --report\` in ${minutes.toFixed(1)} minutes; what runs and how a row is judged: [README.md](README.md).

- ${results.length} rows: ${count('pass')} pass, ${count('inconclusive')} inconclusive, ${count('no p99')} with too few requests for a p99 but all else as it should be, ${count('FAIL')} fail.
- Requests that failed while copied: ${lost(({ figures }) => figures)}; with Envoy's plain mirroring, same faults: ${lost(({ native }) => native)}.
- The most memory that Envoy had in any row: ${most(results.map(({ figures }) => figures))} MiB of ${MEMORY_BOUND_MIB}; with plain mirroring ${most(results.flatMap(({ native }) => native ?? []))} MiB.
${taken.map((row) => `- ${row.fault}: ${row.taken} of ${row.figures.requests} requests lost; they were in flight in the machine that ended.\n`).join('')}- Envoy ${envoyVersion}, 2 workers; copies live for at most ${COPY_TIMEOUT}
${machineLines(machine).join('\n')}

${sections.join('\n\n')}

A ratio is of requests that are copied to requests that are not, in the same minutes; "at least" is the lower end of its 95%
interval; A/A is of two arms that are not copied. A row is inconclusive where A/A is beyond ${P99_BOUND} in either direction (the machine was
not calm enough to tell), or where the ratio is beyond it but need not be.
`;
}

function cellsOf({ fault, figures, judgement }: RowResult): string[] {
  const { requests, failed, failedOff, p50Ms, p50Ratio, p99Ms, p99Ratio, p99RatioLow, p99Alike, memoryMiB } = figures;
  return [
    fault,
    String(requests),
    String(failed),
    String(failedOff),
    p50Ms.toFixed(2),
    ratio(p50Ratio),
    p99Ms.toFixed(1),
    ratio(p99Ratio),
    ratio(p99RatioLow),
    ratio(p99Alike),
    memoryMiB.toFixed(0),
    judgement,
  ];
}

function nativeCells(native: RowFigures | undefined): string[] {
  if (!native) return ['', '', ''];
  return [`${native.failed} of ${native.requests}`, ratio(native.p99Ratio), native.memoryMiB.toFixed(0)];
}

function ratio(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(2);
}

function most(rows: readonly RowFigures[]): string {
  return Math.max(0, ...rows.map(({ memoryMiB }) => memoryMiB)).toFixed(0);
}
