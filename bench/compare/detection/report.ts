/** The figures as Markdown. */
import { table } from '../../support/index.ts';
import {
  atAlarms,
  type Count,
  DIFFERENT,
  DIFFY,
  falseAlarms,
  MCNEMAR,
  METHODS,
  type Method,
  precision,
  recall,
  SEEN,
  share,
} from './figures.ts';
import { DEFECT_RATES, NOISIER, PAIRS, STRATA } from './parameters.ts';
import { type Retold, type ScoredCorpus, STRUCTURE_SHARE } from './score.ts';
import { defectiveStrataTable, silentStrataTable, strataGoals } from './strata-report.ts';
import type { ScoredStrata } from './strata-score.ts';
import { met, number, percent, rest, right, withInterval } from './words.ts';

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

interface Match {
  readonly pairs: number;
  readonly rate: number;
  readonly rival: Method;
  readonly alarms: Count;
  readonly theirs: Count;
  readonly ours: Count;
}

/** Our recall where our threshold is set to give no more false alarms than the rival has at this size. */
export function matches(corpora: readonly ScoredCorpus[], control: boolean): Match[] {
  return PAIRS.flatMap((pairs) => {
    const all = corpora.filter(({ plan }) => isCell(plan, control, pairs));
    return [DIFFY, MCNEMAR].flatMap((rival) => {
      const alarms = falseAlarms(all, rival.flags);
      const ours = atAlarms(all, alarms.hits);
      return DEFECT_RATES.map((rate) => {
        const cell = all.filter(({ plan }) => plan.defectRate === rate);
        return { pairs, rate, rival, alarms, theirs: recall(cell, rival.flags), ours: recall(cell, ours) };
      });
    });
  });
}

function matchTable(results: readonly Match[]): string {
  const rows = PAIRS.flatMap((pairs) =>
    DEFECT_RATES.map((rate) => {
      const cells = [DIFFY, MCNEMAR].flatMap((rival) => {
        const match = results.find((one) => one.pairs === pairs && one.rate === rate && one.rival === rival)!;
        return [percent(match.alarms), percent(match.theirs), behind(match)];
      });
      return [number(pairs), ratePercent(rate), ...cells];
    }),
  );
  return table(
    right('pairs', 'rate', 'alarms of Diffy', 'Diffy', 'ours', 'alarms of McNemar', 'McNemar + BH', 'ours'),
    rows,
  );
}

function behind({ ours, theirs }: Match): string {
  return ours.hits < theirs.hits ? `${percent(ours)} (${ours.hits - theirs.hits} of ${ours.of})` : percent(ours);
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
    const all = matches(corpora, control);
    return [
      `${met(share(alarms) <= 0.05)}: ${withControl}, corpora with a false \`different\`: ${percent(alarms)} (aim: at most 5%)`,
      `${met(share(silent) >= 0.95)}: ${withControl}, A/A corpora silent: ${percent(silent)} (aim: at least 95%); without even a \`seen\`: ${percent(seen)}`,
      ...[DIFFY, MCNEMAR].map((rival) => {
        const cells = all.filter((match) => match.rival === rival);
        const short = cells.filter(({ ours, theirs }) => ours.hits < theirs.hits);
        const most = short.map(({ ours, theirs }) => theirs.hits - ours.hits);
        const by =
          short.length > 0
            ? `, elsewhere behind by at most ${Math.max(...most)} of about ${Math.round(short[0]!.ours.of / 10) * 10} defects`
            : '';
        const lead = cells.reduce((sum, { ours, theirs }) => sum + ours.hits - theirs.hits, 0);
        return `${met(short.length === 0)}: ${withControl}, recall at the false alarms of ${rival.name} at least as high in ${cells.length - short.length} of ${cells.length} cells${by}; all cells together: ${lead} defects more`;
      }),
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

Our threshold is moved until false alarms are as frequent as the rival's, over all corpora of that size with a control.

${matchTable(matches(corpora, true))}

The same without control:

${matchTable(matches(corpora, false))}

![Recall against false alarms](${chart})
`;
}

function isCell(plan: ScoredCorpus['plan'], control: boolean, pairs: number): boolean {
  return plan.control === control && plan.pairs === pairs;
}

function ratePercent(rate: number): string {
  return `${Number((100 * rate).toFixed(2))}%`;
}
