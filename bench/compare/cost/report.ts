import {
  type Column,
  type Estimate,
  type Machine,
  machineLines,
  median,
  type Spread,
  table,
} from '../../support/index.ts';
import type { Options } from './options.ts';
import { type Finding, findings, type Summary } from './summary.ts';
import { SIZES } from './variants.ts';

/** The summary as text: the same tables in the terminal and in the committed report. */

export interface RunFacts {
  readonly machine: Machine;
  readonly envoyVersion: string;
  readonly options: Options;
  /** Rounds completed. */
  readonly rounds: number;
  readonly command: string;
  readonly requests: number;
  readonly pairBytes: number;
  /** Of every measurement: share of the time that something else had Envoy's core. */
  readonly disturbances: readonly number[];
  /** Day of the run, YYYY-MM-DD. */
  readonly day: string;
}

export function tables(summary: Summary): string {
  const sizes = SIZES.map((size) => envoyTable(summary, size)).filter((text) => text !== '');
  return [...sizes, comparisonTable(summary)].filter((text) => text !== '').join('\n\n');
}

function envoyTable({ envoy }: Summary, size: number): string {
  const rows = envoy.filter(({ variant }) => variant.bodyBytes === size);
  if (rows.length === 0) return '';
  const columns: Column[] = [
    { title: `bodies of ${size / 1024} KB` },
    { title: 'Envoy, µs per request', align: 'right' },
    { title: 'min to max', align: 'right' },
    { title: 'over native, µs (95%)', align: 'right' },
    { title: 'times native (95%)', align: 'right' },
    { title: 'over our selection, µs (95%)', align: 'right' },
    { title: 'server beside it, µs', align: 'right' },
    { title: 'captured', align: 'right' },
  ];
  return table(
    columns,
    rows.map(({ variant, cpuMicros, overNative, timesNative, overSelect, serverMicros, captured }) => {
      const captures = variant.kind === 'capture' || variant.kind === 'ext-proc';
      return [
        variant.label,
        cpuMicros.median.toFixed(1),
        range(cpuMicros, 1),
        variant.name.startsWith('native-') && !variant.name.includes('again') ? '0' : estimate(overNative, 1),
        estimate(timesNative, 2),
        overSelect ? estimate(overSelect, 1) : '',
        variant.kind === 'ext-proc' ? serverMicros.median.toFixed(1) : '',
        captures ? `${(captured.median * 100).toFixed(1)}%` : '',
      ];
    }),
  );
}

function comparisonTable({ comparison }: Summary): string {
  if (comparison.length === 0) return '';
  const columns: Column[] = [
    { title: 'comparison process' },
    { title: 'µs of CPU per pair', align: 'right' },
    { title: 'min to max', align: 'right' },
    { title: 'pairs per second', align: 'right' },
    { title: 'min to max', align: 'right' },
  ];
  return table(
    columns,
    comparison.map(({ label, cpuMicros, pairsPerSecond }) => [
      label,
      cpuMicros.median.toFixed(1),
      range(cpuMicros, 1),
      pairsPerSecond.median.toFixed(0),
      range(pairsPerSecond, 0),
    ]),
  );
}

/** One sentence a line: what the method cannot see, and whether each aim is met. */
export function findingLines(summary: Summary): string[] {
  const again = summary.envoy.filter(({ variant }) => variant.name.startsWith('native-again'));
  const differing = summary.comparison.find(({ feed }) => feed === 'differing-again');
  return [
    ...again.map(
      ({ variant, timesNative, overNative }) =>
        `A/A, native mirroring against itself, ${variant.bodyBytes / 1024} KB: ${estimate(timesNative, 2)} x, ${estimate(overNative, 1)} µs.`,
    ),
    ...(differing ? [`A/A, the comparison against itself: ${estimate(differing.overDiffering, 1)} µs.`] : []),
    ...findings(summary).map(findingLine),
  ];
}

function findingLine({ what, figure, unit, aim, verdict }: Finding): string {
  const why = verdict === 'cannot be told' ? ': the interval, or what A/A differs by, reaches across the aim' : '';
  return `${what}: ${estimate(figure, unit === 'µs' ? 1 : 2)} ${unit}; aim ${aim}: ${verdict}${why}.`;
}

export function markdownReport(summary: Summary, facts: RunFacts): string {
  const { rounds, options, machine, envoyVersion, command, requests, pairBytes, disturbances, day } = facts;
  const { envoys, sliceMs, connections, seed, pairs, envoyCore, loadCore } = options;
  return `# What capture and comparison cost

CPU time of the whole Envoy process, user and system, over the mirrored requests it answered: request, copy and both
answers. One run of ${rounds} rounds over ${Math.min(rounds, envoys)} fresh Envoys; in a round all variants are visited in shuffled order (seed ${seed}),
${sliceMs} ms each at ${connections} connections; ${requests.toLocaleString('en-GB')} requests in all. Differences and ratios are between variants of the same
round; the median is given with its 95% bootstrap interval. Absolute figures belong to the machine; compare the ratios.

${findingLines(summary)
  .map((line) => `- ${line}`)
  .join('\n')}

${tables(summary)}

How to read it:

- Native mirroring is \`request_mirror_policies\` of Envoy alone, with the listener and clusters that the control plane
  makes, without our filter. The second row of its kind also writes the headers on the copy that ours writes.
- Our selection decides by segment, gives every exchange an id and takes the mirror route; capture also keeps both answers
  whole and ships them in batches. Listener, routes, clusters and filter are what the control plane serves.
- ext_proc is Envoy's own external processing filter in observability mode, on the listener and on the shadow's cluster: request
  headers, answer headers, answer body. Its server (Node, gRPC) only counts bytes; it decodes and pairs nothing. It has
  no selection in front, and its closed streams are kept for 0.2 s instead of the usual 5 s; both are in its favour.
- "Captured" is the share of both sides' answers that arrived. Under a load without pause both drop what the other end does not
  take in time; what was dropped cost less.
- Variants take turns within fractions of a second, with all their connections open all the time, so that what slows the
  machine down for a while slows them all. Nothing is under way when a slice begins or ends; what capture and ext_proc send
  late is waited for.
- The comparison runs in a process of its own, fed by HTTP with ${pairs.toLocaleString('en-GB')} pairs at a time, bodies of ${pairBytes} bytes and eight
  headers each. "Differing" pairs all differ in a time, one in ten also in a total. Its CPU includes receiving, pairing,
  comparing in worker threads and counting; pairs per second is what it took while the feeding process shared the machine.

## The run

- Command: \`${command}\`
- Day: ${day}
${machineLines(machine).join('\n')}
- Other work: Envoy was without its core for ${percent(median(disturbances))} of the time in the median measurement, ${percent(Math.max(...disturbances))} in the worst
- Envoy ${envoyVersion}, \`--concurrency 1\`, on core ${envoyCore}; wrk, the services (a second Envoy), the collector and the
  ext_proc server on core ${loadCore}
`;
}

function estimate({ value, low, high }: Estimate, digits: number): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

function range({ min, max }: Spread, digits: number): string {
  return `${min.toFixed(digits)} to ${max.toFixed(digits)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
