import { expect, test } from 'vitest';
import { countDifference, emptyTally, type FieldEvidence, judgeFields } from '../judge/index.ts';
import { reportDifferences, reportVerdict } from './index.ts';
import type { CellInput, EpochInput, FieldInput, Stratum } from './inputs.ts';
import { cell, epoch, field, HOUR_MS, MIRROR, OPTIONS, START_MS } from './testing.ts';

const MINUTE_MS = 60_000;
const segment = (name: string): Stratum => ({ reason: 'segment', segment: name });

/** One and three and so on differences of one field in a segment each, at minutes of their own unless told. */
function split(counts: readonly number[], times?: Partial<FieldInput>): CellInput[] {
  return counts.map((candidateOnly, index) => {
    const firstAtMs = START_MS + (10 * index + 1) * MINUTE_MS;
    const lastAtMs = candidateOnly === 1 ? firstAtMs : firstAtMs + 6 * MINUTE_MS;
    const spells = times ? { candidateOnly, candidateSpells: 1 } : { candidateOnly };
    const differing = field('/total', spells, { firstAtMs, lastAtMs, ...times });
    return cell(50, [differing, ...rareNoise()], { stratum: segment(`s${index}`) });
  });
}

/** What each stratum says by itself. */
function levelsAlone({ cells }: EpochInput) {
  const all = cells.flatMap(({ pairs, fields }) => fields.map((one) => ({ pairs, one })));
  const evidence = all.map(({ pairs, one }) => ({ kind: one.kind as FieldEvidence['kind'], pairs, tally: one.counts }));
  return judgeFields(evidence, true).map(({ level }) => level);
}

/** So that three in one stratum are too few. */
function rareNoise(): FieldInput[] {
  return Array.from({ length: 5 }, (_, index) => field(`/noise${index}`, { controlOnly: 1 }));
}

test('too few differences in each stratum are enough in all of them together', () => {
  const counted = epoch(split([1, 3, 3, 2]));
  expect(levelsAlone(counted)).not.toContain('different');
  const [item] = reportDifferences(counted, OPTIONS);
  expect(item).toMatchObject({ path: '/total', verdict: 'different', differing: 9, noise: 0, compared: 200 });
  expect(item!.expectedInnocent).toBeLessThan(0.02);
  expect(reportVerdict(MIRROR, counted, OPTIONS)).toMatchObject({ verdict: 'different' });
});

test('a burst that strikes all strata at once is one event', () => {
  const at = START_MS + 30 * MINUTE_MS;
  const twelve = [2, 2, 2, 2, 2, 2];
  const verdictOf = (cells: CellInput[]) =>
    reportDifferences(epoch(cells), { ...OPTIONS, includeNoise: true }).find(({ path }) => path === '/total')!.verdict;
  expect(verdictOf(split(twelve, { firstAtMs: at, lastAtMs: at + 1_000 }))).toBe('seen');
  expect(verdictOf(split(twelve))).toBe('different');
});

test('nor is what struck the first twenty of many pairs of a segment more than one', () => {
  const verdictOf = (pairs: number) => {
    const cold = field('/total', { candidateOnly: 20, candidateSpells: 7, lastStretch: 6 });
    return reportDifferences(epoch([cell(pairs, [cold], { stratum: segment('s') })]), OPTIONS)[0]!.verdict;
  };
  expect(verdictOf(40)).toBe('different');
  expect(verdictOf(20_000)).toBe('seen');
});

test('is no finding where the control differs as often over all strata', () => {
  const atControl = [2, 3, 3, 1];
  const cells = split([1, 3, 3, 2]).map((one, index) => ({
    ...one,
    fields: one.fields.map((each) => (each.path === '/total' ? withControl(each, atControl[index]!) : each)),
  }));
  const [item] = reportDifferences(epoch(cells), { ...OPTIONS, includeNoise: true });
  expect(item!.verdict).not.toBe('different');
});

function withControl({ path, counts, ...rest }: FieldInput, controlOnly: number): FieldInput {
  return field(path, { ...counts, controlOnly, controlSpells: controlOnly }, rest);
}

test('the p-value is of the same pairs as the counts beside it: McNemar over all strata', () => {
  const [item] = reportDifferences(epoch(split([1, 3, 3, 2])), OPTIONS);
  expect(item!.pValue).toBeCloseTo(0.5 ** 9, 12);
});

test('two copies of one build over five strata: 95 of 100 mirrors stay silent', () => {
  const random = seeded(11);
  const mirrors = 400;
  const alarms = Array.from({ length: mirrors }, () => innocentEpoch(random)).filter((counted) =>
    reportDifferences(counted, OPTIONS).some(({ verdict }) => verdict === 'different'),
  );
  expect(alarms.length / mirrors).toBeLessThanOrEqual(0.05);
});

test('noise that the control shows in one segment is known in the others', () => {
  const noisy = field('/total', { controlOnly: 2 });
  const cells = [
    cell(50, [field('/total', { candidateOnly: 4 })], { stratum: segment('s0') }),
    cell(50, [noisy], { stratum: segment('s1') }),
  ];
  const verdictOf = (some: CellInput[]) =>
    reportDifferences(epoch(some), { ...OPTIONS, includeNoise: true }).find(({ path }) => path === '/total')!.verdict;
  expect(verdictOf(cells)).toBe('seen');
  expect(verdictOf([cells[0]!, cell(50, [], { stratum: segment('s1') })])).toBe('different');
});

test('noise of one segment does not hide a defect of another', () => {
  const pairs = 1_000;
  const cells = [
    cell(pairs, [field('/total', { candidateOnly: 40 })], { stratum: segment('s0') }),
    cell(pairs, [field('/total', { candidateOnly: 100, controlOnly: 140 })], { stratum: segment('s1') }),
  ];
  const [item] = reportDifferences(epoch(cells), { ...OPTIONS, includeNoise: true });
  expect(item!.strata.map(({ segment: name, verdict }) => [name, verdict])).toEqual([
    ['s0', 'different'],
    ['s1', 'noise'],
  ]);
});

/** 20 fields: half never differ, a third rarely, the rest often; the same rate in each of five strata and in both copies. */
function innocentEpoch(random: () => number) {
  const rates = Array.from({ length: 20 }, () => {
    const sort = random();
    if (sort < 0.5) return 0;
    return sort < 0.8 ? Math.exp(-8 + 4 * random()) : 0.02 + 0.5 * random();
  });
  const strata = [...Array(5).keys()].map((index) => {
    const pairs = Math.round(100 * Math.exp(2.5 * random()));
    const fields = rates.flatMap((rate, path) => innocentField(`/f${path}`, rate, pairs, random) ?? []);
    return cell(pairs, fields, { stratum: segment(`s${index}`) });
  });
  return epoch(strata);
}

function innocentField(path: string, rate: number, pairs: number, random: () => number): FieldInput | undefined {
  if (rate === 0) return undefined;
  const counts = emptyTally();
  const times: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const [candidate, control] = [random() < rate, random() < rate];
    if (!candidate && !control) continue;
    countDifference(counts, pair, candidate, control);
    times.push(START_MS + (pair / pairs) * HOUR_MS);
  }
  return times.length === 0 ? undefined : field(path, counts, { firstAtMs: times[0]!, lastAtMs: times.at(-1)! });
}

/** Park and Miller's generator. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
