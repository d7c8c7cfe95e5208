/** What came of all rollouts of each world, as a Markdown report. */
import { table } from '../support/index.ts';
import type { Outcome } from './simulate.ts';
import { PLAN, REQUESTS_PER_SECOND, type World } from './worlds.ts';

export interface WorldOutcomes {
  readonly world: World;
  /** By the name of the way. */
  readonly ways: ReadonlyMap<string, readonly Outcome[]>;
}

/** What docs show: who was wrong how often, and at whose expense. */
function errorsTable(all: readonly WorldOutcomes[]): string {
  const ways = [...(all[0]?.ways.keys() ?? [])];
  const columns = [
    { title: 'candidate' },
    { title: 'should' },
    ...[
      'rollouts',
      ...ways.map((way) => `${way}: wrong`),
      'ours: bad step passed',
      ...ways.map((way) => `${way}: harmed`),
    ].map((title) => ({ title, align: 'right' as const })),
  ];
  return table(
    columns,
    all.map((outcomes) => {
      const { world, ways } = outcomes;
      const byWay = [...ways.values()];
      return [
        world.name,
        world.isBad ? 'stop' : 'pass',
        String(byWay[0]?.length ?? 0),
        ...byWay.map((one) => rate(wrong(world, one), one.length)),
        badSteps(byWay[0] ?? []),
        ...byWay.map((one) => Math.round(middle(one.map(({ harmed }) => harmed))).toLocaleString('en-US')),
      ];
    }),
  );
}

function wrong({ isBad }: World, outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ end }) => end === (isBad ? 'reached 100%' : 'stopped')).length;
}

function badSteps(outcomes: readonly Outcome[]): string {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const count = sum((outcome) => outcome.badSteps.count);
  return count === 0
    ? ''
    : rate(
        sum((outcome) => outcome.badSteps.passed),
        count,
      );
}

/** With two digits where it is not nothing. */
function rate(hits: number, trials: number): string {
  return hits === 0 ? '0%' : `${Number(((100 * hits) / trials).toPrecision(2))}%`;
}

function summaryTable(all: readonly WorldOutcomes[]): string {
  const ways = [...(all[0]?.ways.keys() ?? [])];
  const columns = [
    { title: 'candidate' },
    { title: 'should' },
    ...ways.flatMap((way) =>
      ['100%', 'stopped', 'open', 'hours'].map((title) => ({
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
  const confidence = differences?.confidence ?? 0;
  const [sure, most] = [`${100 * confidence}%`, `${Number((50 * (1 - confidence)).toFixed(3))}%`];
  return `# The gates of a rollout, simulated

Measured on ${facts.day} by \`${facts.command}\`; what is simulated: [README.md](README.md).

${errors.join('\n')}

${errorsTable(all)}

\`wrong\`: a candidate within all bounds was stopped (${sure} promises at most ${most}), or one beyond a bound reached everyone. \`bad step
passed\`: of all steps in which the candidate was beyond a bound, those whose gates all opened (at most ${most} promised). \`harmed\`, in
the median: requests of real users that the candidate answered otherwise, or with a failure that the primary would not have had.

How each ended:

${summaryTable(all)}

\`open\`: no gate decided within a day at one step. \`hours\` are medians. ${REQUESTS_PER_SECOND} requests a second; differences at
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
