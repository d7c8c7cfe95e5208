import { expect, test } from 'vitest';
import { matches, matchGoals, matchTable } from './match.ts';
import { DEFECT_RATES, PAIRS } from './parameters.ts';
import type { Scored, ScoredCorpus } from './score.ts';

const DEFECT: Scored = {
  defect: true,
  visible: true,
  level: 'noise',
  expectedInnocent: 0.1,
  diffy: true,
  adjustedP: 1,
};
const quiet = { alarm: false, found: 0 };
const CORPORA = 40;
const DEFECTS = 4;

/** With 160 defects a cell, of which Diffy finds all and we all but some, each of another corpus. */
function corpora(missedIn: (pairs: number, rate: number) => number): ScoredCorpus[] {
  return PAIRS.flatMap((pairs) =>
    DEFECT_RATES.flatMap((defectRate) =>
      Array.from({ length: CORPORA }, (_, seed): ScoredCorpus => {
        const series = new Array<Scored>(DEFECTS).fill(DEFECT);
        if (seed < missedIn(pairs, defectRate)) series[0] = { ...DEFECT, expectedInnocent: Number.POSITIVE_INFINITY };
        const plan = { seed, pairs, control: true, defectRate };
        return { plan, series, missing: quiet, comingAndGoing: quiet };
      }),
    ),
  );
}

const againstDiffy = (all: ScoredCorpus[]) => matchGoals(all, true)[0];

test('as many are as good; one or two fewer of 160 are chance, and are told all the same', () => {
  expect(againstDiffy(corpora(() => 0))).toMatch(/^met: .*nowhere behind beyond chance; at least as high in 20 of 20/);
  const oneCell = corpora((pairs, rate) => (pairs === 500 && rate === 0.01 ? 2 : 0));
  expect(againstDiffy(oneCell)).toMatch(/^met: .*in 19 of 20 cells, elsewhere less by at most 2 of about 160 defects/);
  expect(matchTable(matches(oneCell, true))).toContain('| -2 of 160, -3.3 to 0.8% |');
});

test('what is too many for chance misses the aim, and is named', () => {
  const oneCell = corpora((pairs, rate) => (pairs === 500 && rate === 0.01 ? 6 : 0));
  expect(againstDiffy(oneCell)).toMatch(/^missed: .*behind at 500 pairs and 1%;/);
});

test('few everywhere add up: at one rate in all sizes, at one size in all rates, in everything', () => {
  expect(againstDiffy(corpora((_, rate) => (rate === 0.1 ? 2 : 0)))).toMatch(/^missed: .*behind at 10%; all cells;/);
  expect(againstDiffy(corpora((pairs) => (pairs === 2_000 ? 2 : 0)))).toMatch(/^missed: .*behind at 2,000 pairs; all/);
  expect(againstDiffy(corpora(() => 1))).toMatch(/^missed: .*behind at 500 pairs; .*; all cells;/);
});

test('several defects of one corpus weigh as one event', () => {
  const inOne = corpora(() => 0).map((corpus): ScoredCorpus => {
    const { seed, pairs, defectRate } = corpus.plan;
    if (seed > 1 || pairs !== 500 || defectRate !== 0.01) return corpus;
    return { ...corpus, series: corpus.series.map((one) => ({ ...one, expectedInnocent: Number.POSITIVE_INFINITY })) };
  });
  expect(againstDiffy(inOne)).toMatch(/^met: .*less by at most 8 of about 160/);
});
