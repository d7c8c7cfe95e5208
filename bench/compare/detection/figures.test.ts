import { expect, test } from 'vitest';
import {
  atAlarms,
  curve,
  DIFFERENT,
  DIFFY,
  falseAlarms,
  MCNEMAR,
  mcnemarAtAlarms,
  precision,
  recall,
  SEEN,
  share,
} from './figures.ts';
import type { Scored, ScoredCorpus } from './score.ts';

function series(change: Partial<Scored>): Scored {
  return {
    defect: false,
    visible: true,
    level: 'noise',
    expectedInnocent: 5,
    diffy: false,
    adjustedP: 1,
    ...change,
  };
}

function corpus(...all: ReadonlyArray<Partial<Scored>>): ScoredCorpus {
  const plan = { seed: 1, pairs: 500, control: true, defectRate: 0.01 };
  const quiet = { alarm: false, found: 0 };
  return { plan, series: all.map(series), missing: quiet, comingAndGoing: quiet };
}

const CORPORA = [
  corpus({ defect: true, level: 'different', expectedInnocent: 0.01, diffy: true }, { expectedInnocent: 2 }),
  corpus(
    { defect: true, level: 'seen', expectedInnocent: 0.5, adjustedP: 0.01 },
    { expectedInnocent: 0.2, diffy: true },
  ),
  corpus({ level: 'seen', expectedInnocent: 0.7 }),
];

test('recall counts defects, precision findings, false alarms corpora', () => {
  expect(recall(CORPORA, DIFFERENT.flags)).toEqual({ hits: 1, of: 2 });
  expect(recall(CORPORA, SEEN.flags)).toEqual({ hits: 2, of: 2 });
  expect(precision(CORPORA, SEEN.flags)).toEqual({ hits: 2, of: 3 });
  expect(falseAlarms(CORPORA, SEEN.flags)).toEqual({ hits: 1, of: 3 });
  expect(recall(CORPORA, MCNEMAR.flags)).toEqual({ hits: 1, of: 2 });
  expect(falseAlarms(CORPORA, DIFFY.flags)).toEqual({ hits: 1, of: 3 });
  expect(share({ hits: 1, of: 0 })).toBeNaN();
});

test('at a given number of false alarms our threshold is as loose as it may be', () => {
  for (const [alarms, hits] of [
    [0, 1],
    [1, 2],
    [3, 2],
  ] as const) {
    const flags = atAlarms(CORPORA, alarms);
    expect(falseAlarms(CORPORA, flags).hits).toBeLessThanOrEqual(alarms);
    expect(recall(CORPORA, flags).hits).toBe(hits);
  }
  expect(recall(CORPORA, mcnemarAtAlarms(CORPORA, 0)).hits).toBe(1);
});

test('a curve rises from no false alarms to as many as asked for', () => {
  const points = curve(CORPORA, CORPORA, atAlarms, 1);
  expect(points[0]).toEqual({ falseAlarms: 0, recall: 0.5 });
  expect(points.at(-1)).toEqual({ falseAlarms: 1, recall: 1 });
});
