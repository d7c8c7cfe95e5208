import { describe, expect, it } from 'vitest';
import { compileRules, type Rule } from '../diff/index.ts';
import {
  compareEpochs,
  decodeSample,
  emptyVerdict,
  encodeSample,
  reportDifferences,
  reportEndpoints,
  reportVerdict,
  viewSample,
} from './index.ts';
import { cell, epoch, field, HOUR_MS, MIRROR, OPTIONS, START_MS } from './testing.ts';

const ignore = (path: string, more: Partial<Rule> = {}): Rule =>
  ({ id: `rule-${path}`, effect: 'ignore', path, reason: 'known', author: 'ann', ...more }) as Rule;
const paths = (items: ReadonlyArray<{ path: string }>) => items.map(({ path }) => path);

describe('the verdict', () => {
  it('is same only with enough pairs, and says how many are missing', () => {
    expect(reportVerdict(MIRROR, epoch([cell(5_000, [])]), OPTIONS)).toMatchObject({
      mirror: 'orders',
      verdict: 'same',
      mirrored: 10_000,
      compared: 5_000,
      lost: { expired: 2 },
      epoch: 1,
      version: 'v2',
      missing: 0,
      control: 'all',
      notes: [],
      strata: [{ reason: 'sample', verdict: 'same', compared: 5_000 }],
    });
    const few = reportVerdict(MIRROR, epoch([cell(100, [])]), OPTIONS);
    expect(few.verdict).toBe('not-enough-data');
    expect(reportVerdict(MIRROR, epoch([cell(100 + few.missing!, [])]), OPTIONS).verdict).toBe('same');
    expect(reportVerdict(MIRROR, epoch([cell(99 + few.missing!, [])]), OPTIONS).verdict).toBe('not-enough-data');
  });

  it('without a control takes a field that comes and goes for noise, but not elements that are replaced', () => {
    const at = (path: string) =>
      reportVerdict(
        { ...MIRROR, hasControl: false },
        epoch([
          cell(
            5_000,
            [
              field(path, { candidateOnly: 30 }, { kind: 'missing' }),
              field(path, { candidateOnly: 28 }, { kind: 'extra' }),
            ],
            { controlled: false },
          ),
        ]),
        OPTIONS,
      ).verdict;
    expect(at('/note')).toBe('same');
    expect(at('/items/*')).toBe('different');
  });

  it('is different for the stratum that differs, and never pools strata', () => {
    const staff = { stratum: { reason: 'segment', segment: 'staff' } } as const;
    const report = reportVerdict(
      MIRROR,
      epoch([cell(5_000, []), cell(500, [field('/total', { candidateOnly: 40 })], staff)]),
      OPTIONS,
    );
    expect(report.verdict).toBe('different');
    expect(report.strata.map(({ reason, segment, verdict }) => [reason, segment, verdict])).toEqual([
      ['segment', 'staff', 'different'],
      ['sample', undefined, 'same'],
    ]);
    expect(report.strata[0]!.mismatch.rate).toBeCloseTo(0.08);
  });

  it('takes what the control does, too, as noise', () => {
    const noisy = field('/updatedAt', { both: 4_990, candidateOnly: 5, controlOnly: 5 });
    expect(reportVerdict(MIRROR, epoch([cell(5_000, [noisy])]), OPTIONS).verdict).toBe('same');
  });

  it('shows what the mismatch is made of: raw differences, and those that the primary has with itself', () => {
    const noisy = field('/items', { candidateOnly: 40, controlOnly: 30 });
    const report = reportVerdict(MIRROR, epoch([cell(1_000, [noisy])]), { ...OPTIONS, marginRate: 0.02 });
    expect(report).toMatchObject({
      differing: 40,
      noise: 30,
      marginRate: 0.02,
      strata: [{ differing: 40, noise: 30 }],
    });
    expect(report.mismatch.rate).toBeCloseTo(0.01);
    const alone = reportVerdict(MIRROR, epoch([cell(1_000, [noisy], { controlled: false })]), OPTIONS);
    expect([alone.noise, alone.strata[0]?.noise]).toEqual([null, null]);
  });

  it('without a control it is weaker, says so, and does not hold noise against the candidate', () => {
    const volatile = field('/updatedAt', { candidateOnly: 5_000 }, { looks: { format: 'time', distinctShare: 1 } });
    const report = reportVerdict(
      { ...MIRROR, hasControl: false },
      epoch([cell(5_000, [volatile], { controlled: false })]),
      OPTIONS,
    );
    expect(report).toMatchObject({ verdict: 'same', control: 'none', missing: 0 });
    expect(report.notes.join()).toMatch(/weaker/);
  });

  it('says that there were more fields than it lists', () => {
    const report = reportVerdict(MIRROR, epoch([cell(1_000, [], { beyondFields: 1_234 })]), OPTIONS);
    expect(report.notes).toEqual([expect.stringMatching(/^1,234 differences at fields beyond/)]);
  });

  it('judges by the pairs with a control where most have one', () => {
    const flaky = field('/updatedAt', { both: 3_000 });
    const lonely = field('/updatedAt', { candidateOnly: 10 }, { kind: 'missing' });
    const report = reportVerdict(
      MIRROR,
      epoch([cell(3_000, [flaky]), cell(10, [lonely], { controlled: false })]),
      OPTIONS,
    );
    expect(report).toMatchObject({ verdict: 'same', compared: 3_010, control: 'some' });
  });

  it('leaves out what a rule ignores, from its making to its end', () => {
    const counted = epoch([cell(5_000, [field('/meta/at', { candidateOnly: 900 })])]);
    const withRule = (rule: Rule) => reportVerdict(MIRROR, counted, { ...OPTIONS, rules: [rule] });
    expect(withRule(ignore('/meta'))).toMatchObject({ verdict: 'same', mismatch: { rate: 0 } });
    expect(withRule(ignore('/met')).verdict).toBe('different');
    expect(withRule(ignore('/meta', { endpoint: 'GET /other' })).verdict).toBe('different');
    expect(withRule(ignore('/meta', { expiresAtMs: OPTIONS.nowMs })).verdict).toBe('different');
  });

  it('of nothing is not enough data', () => {
    const report = emptyVerdict({ ...MIRROR, mirrored: undefined, lost: {} }, START_MS);
    expect(report).toMatchObject({ verdict: 'not-enough-data', mirrored: null, compared: 0, epoch: 0, strata: [] });
    expect(report.notes).toHaveLength(2);
  });
});

describe('differences', () => {
  const fields = [
    field('/total', { candidateOnly: 300 }, { sampleId: 'x1' }),
    field('/note', { candidateOnly: 300 }, { kind: 'missing' }),
    field(':status', { candidateOnly: 60 }, { kind: 'status' }),
    field('header:x-cache', { candidateOnly: 300 }),
    field('/updatedAt', { both: 900, candidateOnly: 40, controlOnly: 50 }),
    field('/once', { candidateOnly: 1 }),
  ];

  it('are ranked by requests, certainty and severity, noise left out unless asked for', () => {
    const counted = epoch([cell(1_000, fields)]);
    const items = reportDifferences(counted, OPTIONS);
    expect(paths(items)).toEqual(['/note', ':status', '/total', 'header:x-cache', '/once']);
    expect(items.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
    expect(items.map(({ verdict }) => verdict)).toEqual(['different', 'different', 'different', 'different', 'seen']);
    expect(items[2]).toMatchObject({
      endpoint: 'GET /orders/{id}',
      kind: 'value',
      compared: 1_000,
      differing: 300,
      noise: 0,
      sampleId: 'x1',
    });
    expect(items[2]!.pValue).toBeLessThan(1e-6);
    const all = reportDifferences(counted, { ...OPTIONS, includeNoise: true });
    expect(all.at(-1)).toMatchObject({ path: '/updatedAt', verdict: 'noise', differing: 940, noise: 950 });
  });

  it('are of all pairs of their endpoint, those of strata without it included', () => {
    const segment = { reason: 'segment', segment: 'staff' } as const;
    const cells = [
      cell(100, [field('/total', { candidateOnly: 10 })]),
      cell(300, [], { stratum: segment }),
      cell(50, [], { endpoint: 'POST /orders' }),
    ];
    const [item] = reportDifferences(epoch(cells), OPTIONS);
    expect(item).toMatchObject({ compared: 400, differing: 10, strata: [{ reason: 'sample', compared: 100 }] });
  });

  it('follow the weights of the business', () => {
    const items = reportDifferences(epoch([cell(1_000, fields)]), {
      ...OPTIONS,
      weightOf: (_, path) => (path === '/total' ? 20 : 1),
    });
    expect(items[0]!.path).toBe('/total');
  });

  it('that are new since the epoch before stand first', () => {
    const before = epoch([
      cell(
        1_000,
        fields.filter(({ path }) => path !== '/total'),
      ),
    ]);
    const items = reportDifferences(epoch([cell(1_000, fields)], { number: 2 }), { ...OPTIONS, before });
    expect(items[0]).toMatchObject({ path: '/total', isNew: true });
    expect(items[1]!.isNew).toBe(false);
    const unknown = reportDifferences(epoch([cell(1_000, fields)]), { ...OPTIONS, before: epoch([]) });
    expect(unknown.some(({ isNew }) => isNew)).toBe(false);
  });

  it('of one thing in several strata are one item', () => {
    const staff = { stratum: { reason: 'segment', segment: 'staff' } } as const;
    const [item, ...rest] = reportDifferences(
      epoch([
        cell(1_000, [field('/total', { candidateOnly: 30 })]),
        cell(100, [field('/total', { candidateOnly: 1 })], staff),
      ]),
      OPTIONS,
    );
    expect(rest).toEqual([]);
    expect(item).toMatchObject({ compared: 1_100, differing: 31, verdict: 'different' });
    expect(item!.strata.map(({ segment, differing }) => [segment, differing])).toEqual([
      [undefined, 30],
      ['staff', 1],
    ]);
  });

  it('that rules ignore are shown with their rule when noise is', () => {
    const options = { ...OPTIONS, rules: [ignore('/total')] };
    expect(paths(reportDifferences(epoch([cell(1_000, fields)]), options))).not.toContain('/total');
    const all = reportDifferences(epoch([cell(1_000, fields)]), { ...options, includeNoise: true });
    expect(all.at(-1)).toMatchObject({ path: '/total', verdict: 'ignored', ruleId: 'rule-/total' });
  });
});

describe('endpoints', () => {
  it('are ranked, with what they still need and how long that takes', () => {
    const items = reportEndpoints(
      epoch([
        cell(2_000, [], { endpoint: 'GET /quiet' }),
        cell(100, [], { endpoint: 'GET /rare' }),
        cell(1_000, [field('/total', { candidateOnly: 30 })], { endpoint: 'GET /broken' }),
      ]),
      OPTIONS,
    );
    expect(items.map(({ endpoint, verdict }) => [endpoint, verdict])).toEqual([
      ['GET /broken', 'different'],
      ['GET /rare', 'not-enough-data'],
      ['GET /quiet', 'same'],
    ]);
    expect(items[0]).toMatchObject({ differing: 30, fields: { different: 1, seen: 0, noise: 0 } });
    const { missing, pairsPerHour, expectedInMs } = items[1]!.coverage;
    expect(missing).toBeGreaterThan(500);
    expect(pairsPerHour).toBeCloseTo(100);
    expect(expectedInMs).toBeCloseTo((missing! / 100) * HOUR_MS);
    expect(items[2]!.coverage).toMatchObject({ missing: 0, expectedInMs: 0 });
  });
});

describe('epochs', () => {
  const before = epoch([
    cell(1_000, [
      field('/a', { candidateOnly: 300 }),
      field('/b', { candidateOnly: 300 }),
      field('/c', { candidateOnly: 20 }),
    ]),
  ]);

  it('tell what is fixed, still there and new', () => {
    const after = epoch([cell(100, [field('/b', { candidateOnly: 30 }), field('/d', { candidateOnly: 30 })])], {
      number: 2,
      version: 'v3',
      begunBy: 'version',
    });
    const comparison = compareEpochs(before, after, OPTIONS);
    expect(comparison.from).toMatchObject({ epoch: 1, version: 'v2', compared: 1_000 });
    expect(comparison.to).toMatchObject({ epoch: 2, version: 'v3', begunBy: 'version', compared: 100 });
    expect(paths(comparison.fixed)).toEqual(['/a']);
    expect(paths(comparison.stillThere)).toEqual(['/b']);
    expect(paths(comparison.new)).toEqual(['/d']);
    // 2% of pairs before: 100 pairs without one are no proof.
    expect(paths(comparison.maybeFixed)).toEqual(['/c']);
  });

  it('begin by another version where the control plane was restarted meanwhile', () => {
    const after = epoch([], { number: 2, version: 'v3', begunBy: 'first' });
    const comparison = compareEpochs(before, after, OPTIONS);
    expect([comparison.from.begunBy, comparison.to.begunBy]).toEqual(['first', 'version']);
  });

  it('call nothing fixed that a rule hides by now', () => {
    const common = { reason: 'harmless', author: 'ann' };
    const rules = [
      { ...common, id: 'r1', effect: 'tolerance', path: '/a', absolute: 0.01 },
      { ...common, id: 'r2', effect: 'unordered', path: '/list' },
      { ...common, id: 'r3', effect: 'format', path: '/b', format: 'uuid' },
    ] as const;
    const more = cell(1_000, [field('/list/*/x', { candidateOnly: 300 })], { endpoint: 'GET /lists' });
    const hidden = { r1: 90, r2: 1 };
    const comparison = compareEpochs(
      { ...before, cells: [...before.cells, more] },
      epoch([cell(1_000, []), cell(1_000, [], { endpoint: 'GET /lists' })], { number: 2, hidden }),
      { ...OPTIONS, rules },
    );
    expect(paths(comparison.fixed).sort()).toEqual(['/b', '/c']);
    expect(paths(comparison.maybeFixed)).toEqual([]);
  });
});

describe('samples', () => {
  it('are read back as they were written, bytes included', () => {
    const answer = {
      status: 200,
      headers: [['content-type', 'image/png']],
      trailers: [],
      body: new Uint8Array([0, 255, 195, 40]),
      bodyBytes: 4,
      truncated: false,
      localReply: false,
      ended: 'complete',
      headersMs: 1.5,
      lastByteMs: 2,
    } as const;
    const exchange = {
      id: 'x',
      mirror: 'orders',
      reason: 'segment',
      segment: 'staff',
      method: 'GET',
      path: '/',
      atMs: 1,
    } as const;
    const sample = {
      endpoint: 'GET /',
      requestHeaders: [],
      exchange: { ...exchange, primary: answer, candidate: answer },
    } as const;
    expect(decodeSample(encodeSample(sample))).toEqual(sample);
    const asBuffer = {
      ...sample,
      exchange: { ...exchange, primary: answer, candidate: { ...answer, body: Buffer.from(answer.body) } },
    };
    expect(decodeSample(encodeSample(asBuffer))).toEqual(sample);
    const view = viewSample(sample, compileRules([], 'GET /', 0));
    expect(view).toMatchObject({ segment: 'staff', primary: { bodyBase64: 'AP/DKA==' }, differences: [] });
    expect(view.primary).not.toHaveProperty('body');
  });
});
