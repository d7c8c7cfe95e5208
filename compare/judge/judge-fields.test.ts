import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DifferenceKind } from '../diff/index.ts';
import type { FieldEvidence, Looks } from './evidence.ts';
import { type FieldLevel, judgeFields } from './judge-fields.ts';
import { countDifference, emptyTally, type Tally } from './tally.ts';

const PAIRS = 2_000;
const QUIET = field({});

/** So many differences, spread evenly over all pairs. */
function field(
  counts: { candidateOnly?: number; controlOnly?: number; both?: number },
  change: { pairs?: number; kind?: DifferenceKind; looks?: Looks } = {},
): FieldEvidence {
  const { candidateOnly = 0, controlOnly = 0, both = 0 } = counts;
  const { pairs = PAIRS, kind = 'value', looks } = change;
  const tally = emptyTally();
  const sorts = [
    ...new Array<'candidate'>(candidateOnly).fill('candidate'),
    ...new Array<'control'>(controlOnly).fill('control'),
    ...new Array<'both'>(both).fill('both'),
  ];
  // Golden-ratio order: the three sorts come well mixed, in any stretch.
  const place = (index: number) => (index * 0.618_033_988_75) % 1;
  const mixed = sorts.map((sort, index) => ({ sort, at: place(index) })).sort((one, two) => one.at - two.at);
  mixed.forEach(({ sort }, index) => {
    countDifference(
      tally,
      Math.floor(((index + 0.5) * pairs) / mixed.length),
      sort !== 'control',
      sort !== 'candidate',
    );
  });
  return { kind, pairs, tally, ...(looks && { looks }) };
}

function levels(fields: readonly FieldEvidence[], control = true): FieldLevel[] {
  return judgeFields(fields, control).map(({ level }) => level);
}

function repeated(evidence: FieldEvidence, times: number): FieldEvidence[] {
  return new Array<FieldEvidence>(times).fill(evidence);
}

test('three differences in 2,000 pairs decide where the control never differs', () => {
  expect(levels([field({ candidateOnly: 3 }), ...repeated(QUIET, 49)])[0]).toBe('different');
});

test('one difference of one answer is shown and decides nothing, however quiet the mirror', () => {
  for (const kind of ['value', 'missing', 'type'] as const)
    expect(levels([field({ candidateOnly: 1 }, { kind }), ...repeated(QUIET, 49)])[0]).toBe('seen');
});

test('the noisier the mirror, the more it takes', () => {
  const rare = repeated(field({ controlOnly: 2, both: 1, candidateOnly: 2 }), 12);
  expect(levels([field({ candidateOnly: 3 }), ...rare])[0]).toBe('seen');
  expect(levels([field({ candidateOnly: 5 }), ...rare])[0]).toBe('different');
});

test('ids of a mirror that has only begun are no rare noise: they do not hide a defect', () => {
  const few = { pairs: 20 };
  const ids = repeated(field({ both: 20 }, few), 25);
  const times = repeated(field({ both: 8, candidateOnly: 3, controlOnly: 4 }, few), 10);
  expect(levels([field({ candidateOnly: 3 }, few), ...ids, ...times])[0]).toBe('different');
  const rare = repeated(field({ both: 1, controlOnly: 1 }, few), 10);
  expect(levels([field({ candidateOnly: 3 }, few), ...ids, ...rare])[0]).toBe('seen');
});

test('what differs as often at the control is noise: always, often, rarely', () => {
  const noisy = [
    field({ both: PAIRS }),
    field({ candidateOnly: 300, controlOnly: 290, both: 200 }),
    field({ candidateOnly: 3, controlOnly: 2 }),
    field({ controlOnly: 5, both: 1 }),
  ];
  expect(levels(noisy)).toEqual(['noise', 'noise', 'noise', 'noise']);
});

test('a field that always differs may do so in 98% and in 95% of pairs: another build, no defect', () => {
  expect(levels([field({ candidateOnly: 1_500, controlOnly: 0, both: 47_500 }, { pairs: 50_000 })])[0]).not.toBe(
    'different',
  );
});

test('a defect on a noisy field is found by its excess', () => {
  const evidence = field({ candidateOnly: 400, controlOnly: 60, both: 20 });
  const [verdict] = judgeFields([evidence, ...repeated(QUIET, 20)], true);
  expect(verdict?.level).toBe('different');
  expect(verdict?.noise?.rate).toBeCloseTo(80 / PAIRS, 9);
  expect(verdict?.excess?.rate).toBeCloseTo(340 / PAIRS, 9);
  expect(verdict?.excess?.low).toBeGreaterThan(0.14);
});

test('of noise that strikes each answer by itself, only the control is measured against: what struck the primary shows in both', () => {
  const noisy = repeated(field({ candidateOnly: 20, controlOnly: 22, both: 24 }), 4);
  expect(levels([field({ candidateOnly: 320, controlOnly: 200, both: 250 }), ...noisy])[0]).toBe('different');
});

test('noise that strikes both copies together may be more frequent in another build, as one that answers later', () => {
  for (const controlOnly of [0, 2])
    expect(levels([field({ candidateOnly: 120, controlOnly, both: 600 })])[0]).not.toBe('different');
});

test('one spell of twenty differences weighs no more than one difference', () => {
  const tally = emptyTally();
  for (let index = 0; index < 20; index += 1) countDifference(tally, 10_000 + index, true, false);
  const burst = { kind: 'value' as const, pairs: 20_000, tally };
  expect(levels([burst])[0]).toBe('seen');
  expect(levels([field({ candidateOnly: 20 }, { pairs: 20_000 })])[0]).toBe('different');
});

test('a candidate that begins with a cold cache is struck once, however short the stretches of the first pairs are', () => {
  const tally = emptyTally();
  for (let index = 0; index < 20; index += 1) countDifference(tally, index, true, false);
  const after = (pairs: number, control = true, kind: DifferenceKind = 'value') =>
    levels([{ kind, pairs, tally }], control)[0];
  expect(after(20)).toBe('different');
  expect(after(20_000)).toBe('seen');
  expect(after(20, false, 'missing')).toBe('different');
  expect(after(20_000, false, 'missing')).toBe('seen');
});

test('nor do two spells of twenty make forty', () => {
  const tally = emptyTally();
  for (const from of [3_000, 10_000])
    for (let index = 0; index < 20; index += 1) countDifference(tally, from + index, true, false);
  const rare = repeated(field({ controlOnly: 2, both: 1, candidateOnly: 2 }), 12);
  expect(levels([{ kind: 'value', pairs: 20_000, tally }, ...rare])[0]).toBe('seen');
});

test('no difference at all is the same', () => {
  expect(judgeFields([QUIET], true)[0]).toMatchObject({ level: 'same', falseDiscoveryRate: 1, pValue: 1 });
});

test('without control: shown as seen, decided only by structure or a systematic difference', () => {
  const text: Looks = { format: 'text', distinctShare: 0.1 };
  const id: Looks = { format: 'uuid', distinctShare: 1 };
  const without = [
    field({ candidateOnly: 20 }, { looks: text }),
    field({ candidateOnly: PAIRS }, { looks: text }),
    field({ candidateOnly: PAIRS }, { looks: id }),
    field({ candidateOnly: 20 }, { kind: 'missing', looks: text }),
    field({ candidateOnly: 20 }, { kind: 'order' }),
  ];
  expect(levels(without, false)).toEqual(['seen', 'different', 'noise', 'different', 'noise']);
  expect(judgeFields(without, false)[0]?.noise).toBeUndefined();
});

test('without control: times of a busy service repeat and are noise all the same, other values are not', () => {
  const most = { candidateOnly: PAIRS * 0.85 };
  const looking = (format: Looks['format'], distinctShare: number) =>
    levels([field(most, { looks: { format, distinctShare } })], false)[0];
  expect(looking('time', 0.6)).toBe('noise');
  expect(looking('time', 0.5)).toBe('seen');
  expect(looking('decimal', 0.6)).toBe('seen');
});

test('without control: where two services often agree on amounts that are all different, it is no id that each makes', () => {
  const agreeing = (share: number, format: Looks['format']) => {
    const differing = { candidateOnly: PAIRS * (1 - share) };
    return levels([field(differing, { looks: { format, distinctShare: 0.9 } })], false)[0];
  };
  expect(agreeing(0.4, 'decimal')).toBe('seen');
  expect(agreeing(0.1, 'decimal')).toBe('noise');
  expect(agreeing(0.4, 'uuid')).toBe('noise');
});

/** A field that is missing and extra so often, as its two kinds of difference. */
function comingAndGoing(missing: number, extra: number): FieldEvidence[] {
  const [one, other] = [field({ candidateOnly: missing }), field({ candidateOnly: extra })];
  return [
    { ...one, kind: 'missing', opposite: other.tally },
    { ...other, kind: 'extra', opposite: one.tally },
  ];
}

test('without control: a field that comes and goes is noise, one that goes is not', () => {
  expect(levels(comingAndGoing(40, 34), false)).toEqual(['noise', 'noise']);
  expect(levels(comingAndGoing(40, 0), false)).toEqual(['different', 'same']);
  expect(levels(comingAndGoing(0, 40), false)).toEqual(['same', 'different']);
  expect(levels(comingAndGoing(3, 2), false)).toEqual(['noise', 'noise']);
});

test('without control: a field that comes and goes, but goes far more often, is found', () => {
  expect(levels(comingAndGoing(300, 40), false)).toEqual(['different', 'noise']);
});

test('without control: where fields come and go, it takes more for one that only goes', () => {
  const missing = field({ candidateOnly: 5 }, { kind: 'missing' });
  const restless = [1, 2, 3, 4, 5, 6].flatMap(() => comingAndGoing(4, 3));
  expect(levels([missing], false)[0]).toBe('different');
  expect(levels([missing, ...restless], false)[0]).toBe('seen');
  expect(levels([field({ candidateOnly: 9 }, { kind: 'missing' }), ...restless], false)[0]).toBe('different');
});

const counts = fc.record({ candidateOnly: fc.nat(60), controlOnly: fc.nat(60), both: fc.nat(60) });
const RANK: Record<FieldLevel, number> = { same: 0, noise: 1, seen: 2, different: 3 };

/** The same with one more pair in which the candidate alone differs, after all others. */
function withOneMore(evidence: FieldEvidence): FieldEvidence {
  const tally: Tally = { ...evidence.tally };
  countDifference(tally, evidence.pairs - 1, true, false);
  return { ...evidence, tally };
}

test('with a control, more differences of the candidate alone never make a verdict weaker', () => {
  fc.assert(
    fc.property(counts, fc.array(counts, { maxLength: 12 }), (own, others) => {
      const rest = others.map((other) => field(other));
      let evidence = field(own);
      let before = judgeFields([evidence, ...rest], true)[0]!;
      for (let step = 0; step < 20; step += 1) {
        evidence = withOneMore(evidence);
        const after = judgeFields([evidence, ...rest], true)[0]!;
        expect(RANK[after.level]).toBeGreaterThanOrEqual(RANK[before.level]);
        expect(after.expectedInnocent).toBeLessThanOrEqual(before.expectedInnocent * (1 + 1e-9));
        expect(after.falseDiscoveryRate).toBeLessThanOrEqual(before.falseDiscoveryRate + 1e-9);
        before = after;
      }
    }),
    { numRuns: 60 },
  );
});

test('more differences of the control never make a verdict on the other fields stronger', () => {
  fc.assert(
    fc.property(counts, counts, (own, noisy) => {
      const level = ({ controlOnly }: { controlOnly: number }) =>
        judgeFields([field(own), field({ ...noisy, controlOnly, both: 0 })], true)[0]!.expectedInnocent;
      expect(level({ controlOnly: 1 })).toBeGreaterThanOrEqual(level({ controlOnly: 0 }));
    }),
  );
});

test('fields are judged alike in any order', () => {
  fc.assert(
    fc.property(fc.array(counts, { minLength: 1, maxLength: 10 }), (all) => {
      const fields = all.map((one) => field(one));
      expect(judgeFields(fields.toReversed(), true).toReversed()).toEqual(judgeFields(fields, true));
    }),
  );
});
