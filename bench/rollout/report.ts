/** What came of all rollouts of each world, as a Markdown report. */
import { table } from '../support/index.ts';
import type { Outcome } from './simulate.ts';
import { PLAN, REQUESTS_PER_SECOND, type World } from './worlds.ts';

export interface WorldOutcomes {
  readonly world: World;
  /** By the name of the way. */
  readonly ways: ReadonlyMap<string, readonly Outcome[]>;
}

function summaryTable(all: readonly WorldOutcomes[]): string {
  const ways = [...(all[0]?.ways.keys() ?? [])];
  const columns = [
    { title: 'candidate' },
    { title: 'should' },
    ...ways.flatMap((way) =>
      ['100%', 'stopped', 'open', 'hours', 'harmed'].map((title) => ({
        title: `${way}: ${title}`,
        align: 'right' as const,
      })),
    ),
  ];
  return table(
    columns,
    all.map(({ world, ways }) => [
      world.name,
      world.isBad ? 'stop' : 'pass',
      ...[...ways.values()].flatMap((outcomes) => [
        percent(outcomes, 'reached 100%'),
        percent(outcomes, 'stopped'),
        percent(outcomes, 'undecided'),
        middle(outcomes.map(({ hours }) => hours)).toFixed(1),
        Math.round(middle(outcomes.map(({ harmed }) => harmed))).toLocaleString('en-US'),
      ]),
    ]),
  );
}

export interface Errors {
  /** Of rollouts of candidates within all bounds, those that a gate stopped. */
  readonly falseStops: { readonly count: number; readonly of: number };
  /** Of rollouts of candidates beyond a bound, those that reached everyone. */
  readonly misses: { readonly count: number; readonly of: number };
}

export function errorsOf(all: readonly WorldOutcomes[], way: string): Errors {
  const outcomes = (isBad: boolean) =>
    all.filter(({ world }) => world.isBad === isBad).flatMap(({ ways }) => ways.get(way) ?? []);
  const tally = (among: readonly Outcome[], end: Outcome['end']) => ({
    count: among.filter((outcome) => outcome.end === end).length,
    of: among.length,
  });
  return { falseStops: tally(outcomes(false), 'stopped'), misses: tally(outcomes(true), 'reached 100%') };
}

export function markdownReport(all: readonly WorldOutcomes[], facts: { command: string; day: string }): string {
  const ways = [...(all[0]?.ways.keys() ?? [])];
  const errors = ways.map((way) => {
    const { falseStops, misses } = errorsOf(all, way);
    return `- ${way}: stopped ${falseStops.count} of ${falseStops.of} rollouts that were within all bounds; let ${misses.count} of ${misses.of} that were beyond one reach everyone.`;
  });
  const { differences, errors: failed, latencyP99 } = PLAN.gates;
  return `# The gates of a rollout, simulated

Measured on ${facts.day} by \`${facts.command}\`; what is simulated: [README.md](README.md).

${errors.join('\n')}

${summaryTable(all)}

\`open\`: no gate decided within a day at one step. \`hours\` and \`harmed\` are medians; \`harmed\` are requests of real users
that the candidate answered otherwise, or with a failure that the primary would not have had. ${REQUESTS_PER_SECOND} requests a second; differences at
most ${(differences?.atMost ?? 0) * 100}%, errors at most +${(failed?.atMost ?? 0) * 100}%, p99 at most +${(latencyP99?.atMost ?? 0) * 100}%, each at 95%.
`;
}

function percent(outcomes: readonly Outcome[], end: Outcome['end']): string {
  return `${((100 * outcomes.filter((outcome) => outcome.end === end).length) / outcomes.length).toFixed(0)}%`;
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
