import { describe, expect, it } from 'vitest';
import { driftPath } from '../drift/index.ts';
import { reportDifferences, reportEndpoints, reportVerdict } from './index.ts';
import { cell, epoch, field, MIRROR, OPTIONS } from './testing.ts';

const gone = (candidateOnly: number) => field(driftPath('gone'), { candidateOnly }, { kind: 'status' });
const conflict = (candidateOnly: number) => field(driftPath('conflict'), { candidateOnly }, { kind: 'status' });
/** As the tally counts it: drift is no mismatch. */
const drifting = (pairs: number, ...fields: Parameters<typeof cell>[1]) =>
  cell(pairs, fields, { candidateMismatched: 0 });
const found = (counts: ReturnType<typeof epoch>) =>
  reportDifferences(counts, OPTIONS).map(({ path, class: kind, verdict, differing, compared }) => ({
    path,
    class: kind,
    verdict,
    differing,
    compared,
  }));

describe('state drift', () => {
  it('is shown apart and decides nothing', () => {
    const counts = epoch([drifting(5_000, gone(400))]);
    expect(found(counts)).toEqual([
      { path: ':status/gone', class: 'state', verdict: 'seen', differing: 400, compared: 5_000 },
    ]);
    expect(reportVerdict(MIRROR, counts, OPTIONS)).toMatchObject({
      verdict: 'same',
      drifted: 400,
      mismatch: { rate: 0 },
      notes: [expect.stringContaining('In 400 pairs the candidate lacked')],
    });
    expect(reportEndpoints(counts, OPTIONS)[0]).toMatchObject({ verdict: 'same', fields: { different: 0, seen: 0 } });
  });

  it('is no evidence of sameness either', () => {
    const { verdict, missing } = reportVerdict(MIRROR, epoch([drifting(1_000, gone(950))]), OPTIONS);
    expect(verdict).toBe('not-enough-data');
    expect(missing).toBeGreaterThan(500);
  });

  it('beside a 404 of what was there before, which stays a defect and decides', () => {
    const defect = field(':status', { candidateOnly: 60 }, { kind: 'status' });
    const counts = epoch([cell(5_000, [defect, gone(400)], { candidateMismatched: 60 })]);
    expect(found(counts)).toMatchObject([
      { path: ':status', class: 'defect', verdict: 'different' },
      { path: ':status/gone', class: 'state', verdict: 'seen' },
    ]);
    expect(reportVerdict(MIRROR, counts, OPTIONS).verdict).toBe('different');
  });

  it('is none where the candidate never succeeds: the route may be missing', () => {
    const counts = epoch([drifting(500, gone(500))]);
    expect(found(counts)).toMatchObject([{ path: ':status/gone', class: 'defect', verdict: 'different' }]);
    expect(reportVerdict(MIRROR, counts, OPTIONS)).toMatchObject({
      verdict: 'different',
      drifted: 0,
      mismatch: { rate: 1 },
    });
    const failing = field(':status', { candidateOnly: 100 }, { kind: 'status' });
    const mixed = epoch([cell(500, [failing, gone(400)], { candidateMismatched: 100 })]);
    expect(found(mixed).map(({ class: kind }) => kind)).toEqual(['defect', 'defect']);
  });

  it('a conflict is drift even there: a route that answers 409 is not missing', () => {
    const counts = epoch([drifting(500, conflict(500))]);
    expect(found(counts)).toMatchObject([{ path: ':status/conflict', class: 'state', verdict: 'seen' }]);
    expect(reportVerdict(MIRROR, counts, OPTIONS)).toMatchObject({ verdict: 'not-enough-data', drifted: 500 });
  });

  it('what the primary lacks is drift in any case: the candidate has it', () => {
    const ahead = field(driftPath('ahead'), { candidateOnly: 500 }, { kind: 'status' });
    expect(found(epoch([drifting(500, ahead)]))).toMatchObject([{ path: ':status/ahead', class: 'state' }]);
    // And it is no sign that the candidate has ever failed.
    expect(
      found(epoch([drifting(500, field(driftPath('ahead'), { candidateOnly: 300 }, { kind: 'status' }), gone(200))])),
    ).toMatchObject([{ class: 'state' }, { class: 'state' }]);
  });

  it('a rule about the status ignores it as well', () => {
    const rules = [{ id: 'r1', effect: 'ignore', path: ':status', reason: 'known', author: 'ann' }] as const;
    const options = { ...OPTIONS, rules };
    expect(reportDifferences(epoch([drifting(500, gone(40))]), options)).toEqual([]);
  });
});

describe('what rules hide', () => {
  const rules = [{ id: 'r1', effect: 'ignore', path: '/at', reason: 'noise', author: 'ann' }] as const;

  it('is counted: before the rule by its fields, after it by the diff', () => {
    const counts = epoch([cell(900, [field('/at', { candidateOnly: 12 }), field('/b', { candidateOnly: 1 })])], {
      hidden: { r1: 400, old: 3 },
    });
    const verdict = reportVerdict(MIRROR, counts, { ...OPTIONS, rules });
    expect(verdict.hidden).toEqual({ rules: 2, differences: 415, byRule: { r1: 412, old: 3 } });
    expect(verdict.notes).toEqual(['2 rules hide 415 differences, which this verdict does not count.']);
  });

  it('nothing is not worth a word', () => {
    const verdict = reportVerdict(MIRROR, epoch([cell(900, [])]), { ...OPTIONS, rules });
    expect(verdict.hidden).toEqual({ rules: 0, differences: 0, byRule: {} });
    expect(verdict.notes).toEqual([]);
  });
});

it('says of bodies beyond the limit of capture that they were not compared', () => {
  const { notes } = reportVerdict({ ...MIRROR, lost: { truncated: 7 } }, epoch([cell(900, [])]), OPTIONS);
  expect(notes).toEqual(['7 pairs could not be compared whole: a body is longer than capture.maxBodyBytes.']);
});
