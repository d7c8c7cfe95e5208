import { expect, test } from 'vitest';
import { type Corpus, generate, plans, type Series } from './corpus.ts';
import { CANDIDATE, CONTROL } from './noise.ts';
import { isEverAlarmed, looksAt } from './often.ts';
import { score } from './score.ts';

const PAIRS = 2_000;

function corpus(marks: Uint8Array, change: Partial<Series> = {}): Corpus {
  const looks = { format: 'text', distinctShare: 0.5, grows: false } as const;
  return {
    plan: { seed: 1, pairs: PAIRS, control: true, defectRate: 0 },
    series: [{ field: 0, kind: 'value', looks, behaviour: 'rare', marks, ...change }],
  };
}

/** At the candidate alone in the first third, at the control alone in the last. */
function turning(): Uint8Array {
  const marks = new Uint8Array(PAIRS);
  for (let pair = 0; pair < PAIRS; pair += 50) {
    if (pair < PAIRS / 3) marks[pair] = CANDIDATE;
    else if (pair > (2 * PAIRS) / 3) marks[pair] = CONTROL;
  }
  return marks;
}

test('looks begin early, come closer together than the pairs double, and end at all pairs', () => {
  const looks = looksAt(PAIRS);
  expect(looks[0]).toBe(20);
  expect(looks.at(-1)).toBe(PAIRS);
  looks.slice(1).forEach((look, index) => {
    expect(look).toBeGreaterThan(looks[index]!);
    expect(look / looks[index]!).toBeLessThan(1.3);
  });
});

test('what is different for a while counts, though it is noise in the end', () => {
  const passing = corpus(turning());
  expect(score(passing).series[0]!.level).toBe('noise');
  expect(isEverAlarmed(passing)).toBe(true);
  expect(isEverAlarmed(corpus(new Uint8Array(PAIRS)))).toBe(false);
  expect(isEverAlarmed(corpus(turning(), { defect: 'times' }))).toBe(false);
});

test('who is different in the end was so at the last look', () => {
  const innocent = plans(3).filter(({ control, defectRate, pairs }) => control && defectRate === 0 && pairs === 500);
  const scored = innocent.map((plan) => score(generate(plan)));
  const isAlarmed = ({ series }: (typeof scored)[number]) => series.some(({ level }) => level === 'different');
  expect(scored.length).toBeGreaterThan(20);
  for (const one of scored) if (isAlarmed(one)) expect(one.isEverAlarmed).toBe(true);
  expect(scored.filter((one) => one.isEverAlarmed).length).toBeGreaterThanOrEqual(scored.filter(isAlarmed).length);
});
