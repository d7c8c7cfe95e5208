import {
  barChart,
  type Column,
  type Estimate,
  type Machine,
  machineLines,
  median,
  type Spread,
  table,
} from '../support/index.ts';
import type { Options } from './options.ts';
import type { Summary } from './summary.ts';
import { BASELINE, PLAIN, PLAIN_AGAIN, VARIANTS } from './variants.ts';

/** The summary as text: the same tables in the terminal and in the committed report. */

/** At most this much over the empty module for one mirror with three segments. */
const AIM_MICROS = 8;
/** The variants that the aim is about: requests of the mirror's path, whatever is decided about them. */
const AIMED_AT: readonly string[] = ['none', 'third', 'sample'];

export interface RunFacts {
  readonly machine: Machine;
  readonly envoyVersion: string;
  readonly options: Options;
  /** Rounds completed. */
  readonly rounds: number;
  readonly command: string;
  readonly requests: number;
  /** Of every measurement: share of the time that something else had Envoy's core. */
  readonly disturbances: readonly number[];
  /** Day of the run, YYYY-MM-DD. */
  readonly day: string;
}

export function tables(summary: Summary): string {
  const sections = summary.connections.map((level, index) => {
    const columns: Column[] = [
      { title: `${level} connections` },
      { title: 'µs per request', align: 'right' },
      { title: 'min to max', align: 'right' },
      { title: 'over the empty module, µs (95%)', align: 'right' },
      { title: 'times plain', align: 'right' },
    ];
    const rows = summary.rows.map(({ variant, cells }) => {
      const { cpuMicros, overBaseline, timesPlain } = cells[index]!;
      const difference = variant === BASELINE ? '0' : signed(overBaseline);
      return [label(variant), cpuMicros.median.toFixed(1), range(cpuMicros), difference, timesPlain.value.toFixed(2)];
    });
    return table(columns, rows);
  });
  return [...sections, ...growthTable(summary)].join('\n\n');
}

function growthTable({ connections, rows }: Summary): string[] {
  const columns: Column[] = [
    { title: 'growth' },
    {
      title: `more over the empty module at ${connections.at(-1)} than at ${connections[0]} connections, µs (95%)`,
      align: 'right',
    },
  ];
  const grown = rows.filter(({ variant }) => variant !== BASELINE && variant !== PLAIN && variant !== PLAIN_AGAIN);
  const lines = grown.flatMap(({ variant, growth }) => (growth ? [[label(variant), signed(growth)]] : []));
  return lines.length > 0 ? [table(columns, lines)] : [];
}

/** One sentence a line: what the method can see, and whether the aim is met. */
export function findings(summary: Summary): string[] {
  const { connections, rows, sameAgainstSame } = summary;
  const lines = sameAgainstSame.map(
    (difference, index) =>
      `A/A, plain proxying against itself at ${connections[index]} connections: ${signed(difference)} µs.`,
  );
  for (const { variant, cells } of rows.filter((row) => AIMED_AT.includes(row.variant))) {
    cells.forEach(({ overBaseline }, index) => {
      lines.push(
        `${capital(label(variant))}, ${connections[index]} connections: ${verdict(overBaseline, sameAgainstSame[index])}`,
      );
    });
  }
  return lines;
}

/**
 * What A/A differs by beyond its own interval is a fault of the method, by which every difference may be off. Within its interval
 * it says no more than the interval of the difference itself.
 */
function verdict(difference: Estimate, sameAgainstSame: Estimate | undefined): string {
  const figure = `${signed(difference)} µs over the empty module; aim at most +${AIM_MICROS}: `;
  if (sameAgainstSame && (sameAgainstSame.low > 0 || sameAgainstSame.high < 0)) {
    const fault = Math.abs(sameAgainstSame.value).toFixed(1);
    return `${figure}cannot be told, plain proxying differs from itself by ${fault} µs beyond chance.`;
  }
  const { value, low, high } = difference;
  if (high <= AIM_MICROS) return `${figure}met.`;
  if (value <= AIM_MICROS) return `${figure}met by the median, the interval reaches beyond.`;
  const missed = `${figure}missed by ${(value - AIM_MICROS).toFixed(1)} µs`;
  return low > AIM_MICROS ? `${missed}.` : `${missed} by the median, the interval reaches below the aim.`;
}

export function chart(summary: Summary): string {
  const shown = summary.rows.filter(({ variant }) => variant !== BASELINE);
  return barChart({
    title: 'Envoy CPU per request over an empty wasm module',
    unit: 'µs',
    series: summary.connections.map((level) => `${level} connections`),
    groups: shown.map(({ variant, cells }) => ({
      label: label(variant),
      bars: cells.map(({ overBaseline }) => overBaseline),
    })),
    mark: { at: AIM_MICROS, label: `aim +${AIM_MICROS}` },
  });
}

export function markdownReport(summary: Summary, facts: RunFacts, chartFile: string): string {
  const { rounds, options, machine, envoyVersion, command, requests, disturbances, day } = facts;
  return `# What the filter costs

CPU time of the whole Envoy process, user and system, over the requests it answered. Every figure is from one run of
${rounds} rounds over ${Math.min(rounds, options.envoys)} fresh Envoys. In a round all variants are visited in shuffled order (seed ${options.seed}), ${options.sliceMs} ms of load for
a variant and number of connections; ${requests.toLocaleString('en-GB')} requests were counted in all. Differences are between variants of the same
round; the median is given with its 95% bootstrap interval. Absolute figures belong to the machine; compare the differences.

![Envoy CPU per request over an empty wasm module](${chartFile})

${findings(summary)
  .map((line) => `- ${line}`)
  .join('\n')}

${tables(summary)}

How to read it:

- The mirror has three segments: a header, a cookie and a header prefix. "In the third segment" evaluates all three,
  writes the exchange's id, which begins with the decision, into filter state and has the route chosen again. Route tables are those of production
  (a map from decisions to routes with runtime fractions), but only "copied" really sends copies.
- The empty module exports the request-header callback and the life of a stream, and does nothing in them.
- Native matchers compare the same headers in the route table; they know no cookies (the \`cookie\` header is searched for
  \`plan=beta\`) and give the copy no id. Lua makes the same tests and leaves its decision in dynamic metadata, without an
  id and without counters.
- "Empty module, the mirror's routes" is what of it is Envoy's own: looking for a decision, which is not there.
- Variants take turns within fractions of a second, with all their connections open all the time, so that what slows the
  machine down for a while slows them all. Nothing is under way when a slice begins or ends.

## The run

- Command: \`${command}\`
- Day: ${day}
${machineLines(machine).join('\n')}
- Other work: while it was ready to run, Envoy was without its core for ${percent(median(disturbances))} of the time in the median measurement,
  ${percent(Math.max(...disturbances))} in the worst
- Envoy ${envoyVersion}, \`--concurrency 1\`, alone on core ${options.envoyCore}; wrk and the backend (a second Envoy that answers directly) on core ${options.loadCore}
`;
}

function label(variant: string): string {
  return VARIANTS.find(({ name }) => name === variant)?.label ?? variant;
}

function signed({ value, low, high }: Estimate): string {
  return `${sign(value)} (${sign(low)} to ${sign(high)})`;
}

function sign(value: number): string {
  const text = value.toFixed(1);
  if (text === '-0.0' || text === '0.0') return '0.0';
  return value > 0 ? `+${text}` : text;
}

function range({ min, max }: Spread): string {
  return `${min.toFixed(1)} to ${max.toFixed(1)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
