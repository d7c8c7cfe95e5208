/** Scores all judges on the corpora of some seeds: `npm run bench:detection -- --seed 1`. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { generate, plans } from './corpus.ts';
import { curveChart } from './curve-chart.ts';
import {
  atAlarms,
  curve,
  DIFFERENT,
  DIFFY,
  falseAlarms,
  type Method,
  mcnemarAtAlarms,
  recall,
  SEEN,
  share,
} from './figures.ts';
import { matches, matchGoals, matchTable } from './match.ts';
import { PAIRS } from './parameters.ts';
import { markdownReport, type Seeds, tunedOn } from './report.ts';
import { type ScoredCorpus, score } from './score.ts';
import { generateStrata, strataPlans } from './strata-corpus.ts';
import { type ScoredStrata, scoreStrata } from './strata-score.ts';

const HELP = `npm run bench:detection -- [--seed N] [--seeds COUNT] [--pairs SIZES]
  --seed N       first seed (default 1)
  --seeds COUNT  how many successive seeds (default 20; each makes 330 corpora and takes some seconds)
  --pairs SIZES  corpora of these sizes with a control only ("500,2000"), which takes less time for many seeds:
                 prints recall at equal false alarms, writes no report`;

/** Defects rarer than this are the hard ones; the curves are theirs. */
const HARD_RATE = 0.005;
const MOST_FALSE_ALARMS = 0.4;
const CHART = 'curves.svg';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '20' },
      pairs: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const seeds = { first: wholeNumber(values.seed), count: wholeNumber(values.seeds) };
  if (tunedOn(seeds)) process.stderr.write('These include seeds that the thresholds were chosen on.\n');
  if (values.pairs) return compareRecall(seeds, values.pairs.split(',').map(wholeNumber));
  const corpora: ScoredCorpus[] = [];
  const strata: ScoredStrata[] = [];
  for (let seed = seeds.first; seed < seeds.first + seeds.count; seed += 1) {
    for (const plan of plans(seed)) corpora.push(score(generate(plan)));
    for (const plan of strataPlans(seed)) strata.push(scoreStrata(generateStrata(plan)));
  }
  const report = markdownReport(corpora, strata, seeds, CHART);
  console.log(report);
  await writeFile(new URL('REPORT.md', import.meta.url), report);
  await writeFile(new URL(CHART, import.meta.url), chart(corpora));
}

function compareRecall(seeds: Seeds, sizes: readonly number[]): void {
  const corpora: ScoredCorpus[] = [];
  for (let seed = seeds.first; seed < seeds.first + seeds.count; seed += 1) {
    const some = plans(seed).filter(({ control, pairs }) => control && sizes.includes(pairs));
    for (const plan of some) corpora.push(score(generate(plan)));
  }
  console.log([...matchGoals(corpora, true), '', matchTable(matches(corpora, true))].join('\n'));
}

function chart(corpora: readonly ScoredCorpus[]): string {
  const panels = PAIRS.map((pairs) => {
    const all = corpora.filter(({ plan }) => plan.control && plan.pairs === pairs);
    const hard = all.filter(({ plan }) => plan.defectRate > 0 && plan.defectRate < HARD_RATE);
    const mark = (name: string, { flags }: Method) => ({
      name,
      point: { falseAlarms: share(falseAlarms(all, flags)), recall: share(recall(hard, flags)) },
    });
    return {
      title: `${pairs.toLocaleString('en-US')} pairs`,
      curves: [
        { name: 'ours', points: curve(all, hard, atAlarms, MOST_FALSE_ALARMS) },
        { name: 'McNemar + BH', points: curve(all, hard, mcnemarAtAlarms, MOST_FALSE_ALARMS) },
      ],
      marks: [mark('different', DIFFERENT), mark('seen', SEEN), mark('Diffy', DIFFY)],
    };
  });
  return curveChart('Recall of defects in 0.1% to 0.3% of pairs, with a control', panels, MOST_FALSE_ALARMS);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${text} is not a positive whole number`);
  return value;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
