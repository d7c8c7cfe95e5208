/** A soak's figures as text and as Markdown. */
import { type Machine, machineLines, table } from '../support/index.ts';
import {
  type Balance,
  failuresOf,
  type MemoryOf,
  type MemorySample,
  MOST_MIB,
  type Trend,
  trendOf,
} from './figures.ts';

export interface SoakResult {
  readonly minutes: number;
  readonly ratePerSecond: number;
  /** Of all cores, over the whole run. */
  readonly busyShare: number;
  readonly samples: readonly MemorySample[];
  readonly traffic: {
    readonly sent: number;
    readonly answered: number;
    readonly failed: number;
    /** Left out, because too many requests were under way. */
    readonly skipped: number;
    readonly statuses: Readonly<Record<string, number>>;
    readonly latencyMs: { readonly p50: number; readonly p99: number };
  };
  readonly balance: Balance;
}

export interface Facts {
  readonly machine: Machine;
  readonly envoyVersion: string;
  readonly sample: string;
  readonly day: string;
}

/** Shorter, and the growth of a warm-up cannot be told from a leak. */
const LEAST_MINUTES = 5;

/** What was promised, each with whether it held; null where the run was too short to tell. */
export function verdicts(result: SoakResult): Array<{ readonly holds: boolean | null; readonly text: string }> {
  const { traffic, balance } = result;
  const failures = failuresOf(traffic);
  const lost = Object.values(balance.lost).reduce((sum, count) => sum + count, 0);
  const ended = `${count(balance.compared)} compared + ${count(lost)} lost`;
  return [
    { holds: failures === 0, text: `User-visible failures: ${count(failures)} of ${count(traffic.sent)} requests.` },
    {
      holds: balance.unexplained === 0,
      text: `Copies by Envoy's own count: ${count(balance.copies)} = ${ended}${balance.unexplained === 0 ? '' : `, and ${count(balance.unexplained)} unexplained`}.`,
    },
    ...(['envoyLiveMiB', 'nodeLiveMiB'] as const).map((of) => {
      const trend = trendOf(result.samples, of);
      return result.minutes < LEAST_MINUTES
        ? { holds: null, text: `${NAMES[of]}: told by runs of ${LEAST_MINUTES} minutes and more.` }
        : { holds: trend.isBounded, text: `${NAMES[of]}: ${slopeText(trend)}.` };
    }),
    ...(['envoyMiB', 'nodeMiB'] as const).map((of) => {
      const { mostMiB } = trendOf(result.samples, of);
      return {
        holds: mostMiB <= MOST_MIB[of],
        text: `${NAMES[of]}: at most ${mostMiB.toFixed(0)} MiB of ${MOST_MIB[of]}.`,
      };
    }),
  ];
}

const NAMES: Readonly<Record<MemoryOf, string>> = {
  envoyLiveMiB: 'Envoy, allocated',
  envoyMiB: 'Envoy, resident',
  nodeLiveMiB: 'Control plane, in use',
  nodeMiB: 'Control plane, resident',
};

function slopeText({ slopeMiBPerMinute, isBounded }: Trend): string {
  const slope = `${slopeMiBPerMinute >= 0 ? '+' : ''}${slopeMiBPerMinute.toFixed(2)} MiB a minute after the warm-up`;
  return `${slope}, ${isBounded ? 'bounded' : 'still growing'}`;
}

export function figures(result: SoakResult): string {
  const rows = (['envoyLiveMiB', 'envoyMiB', 'nodeLiveMiB', 'nodeMiB'] as const).map((of) => {
    const { startMiB, mostMiB, endMiB, slopeMiBPerMinute } = trendOf(result.samples, of);
    return [NAMES[of], ...[startMiB, mostMiB, endMiB].map((mib) => mib.toFixed(0)), slopeMiBPerMinute.toFixed(2)];
  });
  const titles = ['start', 'most', 'end', 'MiB a minute'].map((title) => ({ title, align: 'right' as const }));
  const lost = Object.entries(result.balance.lost).map(([cause, lost]) => [cause, count(lost)]);
  const { p50, p99 } = result.traffic.latencyMs;
  return [
    table([{ title: 'memory, MiB' }, ...titles], rows),
    `${count(result.traffic.sent)} requests at ${count(result.ratePerSecond)} a second over ${result.minutes} minutes, CPU ${(result.busyShare * 100).toFixed(0)}% of all cores; users waited ${p50.toFixed(1)} ms in the median, ${p99.toFixed(1)} ms at p99; ${count(result.traffic.skipped)} requests left out.`,
    ...(lost.length > 0 ? [table([{ title: 'lost' }, { title: 'copies', align: 'right' }], lost)] : []),
  ].join('\n\n');
}

export function verdictLines(result: SoakResult): string[] {
  return verdicts(result).map(({ holds, text }) => `- ${holds === null ? 'open' : holds ? 'holds' : 'FAILS'}: ${text}`);
}

export function markdownReport(result: SoakResult, { machine, envoyVersion, sample, day }: Facts): string {
  return `# Soak

Measured on ${day} by \`npm run soak -- --report\`; what runs and what is counted: [README.md](README.md).

${verdictLines(result).join('\n')}

![Memory over time](memory.svg)

${figures(result)}

- Envoy ${envoyVersion}, 2 workers; of everyone who is in no segment ${sample} copied
${machineLines(machine).join('\n')}
- On the same machine: \`shadowplane up\` in one process, the three services and the load in another
`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}
