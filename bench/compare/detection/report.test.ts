import { expect, test } from 'vitest';
import { generate, plans } from './corpus.ts';
import { curveChart } from './curve-chart.ts';
import { matches } from './match.ts';
import { goals, markdownReport } from './report.ts';
import { score } from './score.ts';
import { generateStrata, strataPlans } from './strata-corpus.ts';
import { strataGoals } from './strata-report.ts';
import { scoreStrata } from './strata-score.ts';

const CORPORA = plans(1)
  .filter(({ pairs, defectRate }, index) => pairs <= 2_000 && (defectRate > 0 || index % 10 === 0))
  .map((plan) => score(generate(plan)));
const OVER_STRATA = strataPlans(1)
  .filter(({ pairs, defectRate }, index) => pairs <= 10_000 && (defectRate > 0 || index % 5 === 0))
  .map((plan) => scoreStrata(generateStrata(plan)));

test('the report names its seeds and those of the tuning, and states every aim as met or missed', () => {
  const report = markdownReport(CORPORA, OVER_STRATA, { first: 1, count: 3 }, 'chart.svg');
  for (const part of ['seeds 1 to\n3', '9001', '## A/A', 'chart.svg', ' 2,000 | 0.3% |', '| noisier | 10,000 |'])
    expect(report).toContain(part);
  const lines = [...goals(CORPORA), ...strataGoals(OVER_STRATA)];
  expect(lines).toHaveLength(16);
  expect(lines.every((line) => /^(met|missed): /.test(line))).toBe(true);
  expect(report).not.toMatch(/NaN|undefined/);
});

test('every size and rate is compared with both rivals, on the same defects', () => {
  const compared = matches(CORPORA, true).filter(({ pairs }) => pairs <= 2_000);
  expect(compared).toHaveLength(20);
  expect(compared.every(({ ours, theirs }) => ours.of === theirs.of && ours.of > 0)).toBe(true);
});

test('the chart holds each curve and mark of each panel', () => {
  const points = [
    { falseAlarms: 0, recall: 0.2 },
    { falseAlarms: 0.4, recall: 0.9 },
  ];
  const panel = {
    title: '500 pairs',
    curves: [{ name: 'ours', points }],
    marks: [{ name: 'seen', point: points[1]! }],
  };
  const svg = curveChart('Recall', [panel, panel, panel], 0.4);
  expect(svg.match(/class="curve s0" d="M44/g)).toHaveLength(3);
  expect(svg.match(/<circle class="m0"/g)).toHaveLength(4);
  expect(svg).not.toMatch(/NaN|undefined/);
});
