/** The figures as Markdown. */
import { table } from '../../support/index.ts';
import { DIFFERENT, falseAlarms, METHODS, precision, recall, SEEN, share } from './figures.ts';
import { matches, matchGoals, matchTable } from './match.ts';
import { looksAt } from './often.ts';
import { DEFECT_RATES, NOISIER, PAIRS, STRATA } from './parameters.ts';
import { type Retold, type ScoredCorpus, STRUCTURE_SHARE } from './score.ts';
import { defectiveStrataTable, silentStrataTable, strataGoals } from './strata-report.ts';
import type { ScoredStrata } from './strata-score.ts';
import { met, number, percent, ratePercent, rest, right, withInterval } from './words.ts';

export interface Seeds {
  readonly first: number;
  readonly count: number;
}

/** Seeds on which the thresholds of the judge were chosen; figures from them say nothing. */
const TUNING_SEEDS = { first: 9001, count: 48 } as const;

export function tunedOn({ first, count }: Seeds): boolean {
  return first < TUNING_SEEDS.first + TUNING_SEEDS.count && first + count > TUNING_SEEDS.first;
}

function innocentTable(corpora: readonly ScoredCorpus[]): string {
  const rows = [true, false].flatMap((control) =>
    [undefined, ...PAIRS].map((pairs) => {
      const innocent = corpora.filter(
        ({ plan }) => plan.control === control && plan.defectRate === 0 && (pairs ?? plan.pairs) === plan.pairs,
      );
      const silent = METHODS.map(({ flags }) => withInterval(rest(falseAlarms(innocent, flags))));
      return [control ? 'yes' : 'no', pairs === undefined ? 'all' : number(pairs), String(innocent.length), ...silent];
    }),
  );
  return table([{ title: 'control' }, ...right('pairs', 'corpora', ...METHODS.map(({ name }) => name))], rows);
}

function detectionTable(corpora: readonly ScoredCorpus[], control: boolean): string {
  const rows = PAIRS.flatMap((pairs) =>
    DEFECT_RATES.map((rate) => {
      const cell = corpora.filter(({ plan }) => isCell(plan, control, pairs) && plan.defectRate === rate);
      const visible = recall(cell, (field) => field.visible);
      const cells = METHODS.map(({ flags }) => `${percent(recall(cell, flags))} / ${percent(precision(cell, flags))}`);
      return [number(pairs), ratePercent(rate), String(visible.of), percent(visible), ...cells];
    }),
  );
  return table(right('pairs', 'rate', 'defects', 'visible', ...METHODS.map(({ name }) => name)), rows);
}

function overallTable(corpora: readonly ScoredCorpus[]): string {
  const rows = [true, false].flatMap((control) => {
    const defective = corpora.filter(({ plan }) => plan.control === control && plan.defectRate > 0);
    return METHODS.map(({ name, flags }) => [
      control ? 'yes' : 'no',
      name,
      percent(recall(defective, flags)),
      percent(precision(defective, flags)),
      withInterval(falseAlarms(defective, flags)),
    ]);
  });
  return table([{ title: 'control' }, { title: 'judge' }, ...right('recall', 'precision', 'false alarms')], rows);
}

/** A verdict that is looked at again and again has as many chances to be wrong for a while. */
function oftenTable(corpora: readonly ScoredCorpus[]): string {
  const rows = [undefined, ...PAIRS].map((pairs) => {
    const own = corpora.filter(
      ({ plan, isEverAlarmed }) => isEverAlarmed !== undefined && (pairs ?? plan.pairs) === plan.pairs,
    );
    const ever = { hits: own.filter(({ isEverAlarmed }) => isEverAlarmed).length, of: own.length };
    const looks = pairs === undefined ? '' : String(looksAt(pairs).length);
    const silent = [rest(falseAlarms(own, DIFFERENT.flags)), rest(ever)].map(withInterval);
    return [pairs === undefined ? 'all' : number(pairs), String(own.length), looks, ...silent];
  });
  return table(right('pairs', 'corpora', 'looks', 'silent at the end', 'silent at every look'), rows);
}

/** What the corpora leave out: noise that shows as structure. */
function structureTable(corpora: readonly ScoredCorpus[]): string {
  const rows = [true, false].map((control) => {
    const own = corpora.filter(({ plan }) => plan.control === control);
    const of = own.reduce((sum, { series }) => sum + series.filter(({ defect }) => defect).length, 0);
    const told = (pick: (corpus: ScoredCorpus) => Retold) => [
      withInterval({ hits: own.filter((corpus) => pick(corpus).alarm).length, of: own.length }),
      percent({ hits: own.reduce((sum, corpus) => sum + pick(corpus).found, 0), of }),
    ];
    return [
      control ? 'yes' : 'no',
      withInterval(falseAlarms(own, DIFFERENT.flags)),
      percent(recall(own, DIFFERENT.flags)),
      ...told(({ comingAndGoing }) => comingAndGoing),
      ...told(({ missing }) => missing),
    ];
  });
  return table(
    [
      { title: 'control' },
      ...right('as generated', 'recall', 'coming and going', 'recall', 'only ever missing', 'recall'),
    ],
    rows,
  );
}

/** One line a goal, with the figure that decides. */
export function goals(corpora: readonly ScoredCorpus[]): string[] {
  return [true, false].flatMap((control) => {
    const withControl = control ? 'with a control' : 'without';
    const own = corpora.filter(({ plan }) => plan.control === control);
    const alarms = falseAlarms(own, DIFFERENT.flags);
    const innocent = own.filter(({ plan }) => plan.defectRate === 0);
    const silent = rest(falseAlarms(innocent, DIFFERENT.flags));
    const seen = rest(falseAlarms(innocent, SEEN.flags));
    return [
      `${met(share(alarms) <= 0.05)}: ${withControl}, corpora with a false \`different\`: ${percent(alarms)} (aim: at most 5%)`,
      `${met(share(silent) >= 0.95)}: ${withControl}, A/A corpora silent: ${percent(silent)} (aim: at least 95%); without even a \`seen\`: ${percent(seen)}`,
      ...matchGoals(corpora, control),
    ];
  });
}

export function markdownReport(
  corpora: readonly ScoredCorpus[],
  strata: readonly ScoredStrata[],
  seeds: Seeds,
  chart: string,
): string {
  const last = seeds.first + seeds.count - 1;
  return `# Who finds the defects, and who cries wolf?

Written by \`npm run bench:detection -- --seed ${seeds.first} --seeds ${seeds.count}\`: ${number(corpora.length)} corpora, seeds ${seeds.first} to
${last}. How they are made: [README.md](README.md). The thresholds of our judge were chosen on seeds ${TUNING_SEEDS.first} to
${TUNING_SEEDS.first + TUNING_SEEDS.count - 1}${tunedOn(seeds) ? ', some of which are in this report' : ', none of which is in this report'}.

Judges: \`different\` and \`seen\` are the two levels of ours (\`seen\` includes \`different\`; only \`different\` decides);
Diffy's rule with its default thresholds; McNemar's exact test with a false discovery rate of 5% by Benjamini and Hochberg.

## Aims

${[...goals(corpora), ...strataGoals(strata)].map((line) => `- ${line}`).join('\n')}

## Overall

Corpora with planted defects, all rates and sizes together; a false alarm is a corpus in which an innocent field is called.

${overallTable(corpora)}

## A/A: silent corpora

Nothing is planted: who calls nothing? With the 95% interval (Wilson).

${innocentTable(corpora)}

## Looking often

The figures above are of one look at all pairs. The same A/A corpora with a control, looked at from ${looksAt(1_000)[0]} pairs on whenever there are a
quarter more: in how many is no field ever \`different\`, be it for a while?

${oftenTable(corpora)}

## Several strata

${number(strata.length)} further corpora of ${STRATA.count} segments each, with a control and of ${STRATA.pairs.map(number).join(', ')} pairs in all. A field is called
when it is called in any segment. Diffy and McNemar know no segments and are given the sums of all. \`noisier\`: ${NOISIER.fields} fields, a
third of them rarely noisy. Below A/A corpora, then those with planted defects, half of which show in one or two segments only.

${silentStrataTable(strata)}

${defectiveStrataTable(strata)}

## What the corpora leave out

Their noise shows as other values or another order, never as a missing field. Told that one in ${Math.round(1 / STRUCTURE_SHARE)} noisy fields was
one that comes and goes, or one that is only ever missing, corpora with a false \`different\`, and defects found:

${structureTable(corpora)}

Coming and going: who deviates lacks the field, so that it is missing where the candidate does and extra where the primary
does. A third of the causes strikes the copies only, and some bursts the candidate only: those fields are only ever missing,
as are all of them in the last columns. Without a control that is what a defect looks like.

## Recall / precision with a control

\`visible\`: defects that showed in at least one pair; what did not show nobody can find.

${detectionTable(corpora, true)}

## Recall / precision without control

Diffy and McNemar are not made for this; they are given a control that never differs.

${detectionTable(corpora, false)}

## Recall at equal false alarms

Our threshold is moved until false alarms are as frequent as the rival's, over all corpora of that size with a control. Beside
both recalls stands by how many defects we find more, and the 95% interval of that share (Agresti and Min 2005, over corpora,
because defects of one corpus are not independent). An aim is missed where a whole interval is below 0: in a cell, at one rate in
all sizes, at one size at all rates, or in everything together; of ${2 * (PAIRS.length * DEFECT_RATES.length + PAIRS.length + DEFECT_RATES.length + 1)} such intervals one or two would be so by chance if we were just as good.

${matchTable(matches(corpora, true))}

The same without control:

${matchTable(matches(corpora, false))}

![Recall against false alarms](${chart})
`;
}

function isCell(plan: ScoredCorpus['plan'], control: boolean, pairs: number): boolean {
  return plan.control === control && plan.pairs === pairs;
}
