import { expect, test } from 'vitest';
import { generate } from './corpus.ts';
import { score } from './score.ts';

const PLAN = { seed: 5, pairs: 2_000, control: true, defectRate: 0.1 };

test('the truth is passed on, and frequent defects on quiet fields are found by all judges', () => {
  const corpora = Array.from({ length: 10 }, (_, seed) => generate({ ...PLAN, seed }));
  for (const corpus of corpora) {
    const scored = score(corpus);
    expect(scored.series.map(({ defect }) => defect)).toEqual(corpus.series.map(({ defect }) => defect !== undefined));
    corpus.series.forEach(({ behaviour, defect }, index) => {
      if (!defect || behaviour !== 'steady') return;
      expect(scored.series[index]).toMatchObject({ visible: true, level: 'different', diffy: true });
      expect(scored.series[index]!.adjustedP).toBeLessThan(0.05);
    });
  }
});

test('the judges are not told the truth: without its labels a corpus gets the same verdicts', () => {
  const corpus = generate(PLAN);
  const unlabelled = corpus.series.map(({ defect: _, ...rest }) => ({ ...rest, behaviour: 'steady' as const }));
  const verdicts = (of: ReturnType<typeof score>) => of.series.map(({ defect: _, ...verdict }) => verdict);
  expect(verdicts(score({ ...corpus, series: unlabelled }))).toEqual(verdicts(score(corpus)));
});
