import { describe, expect, test } from 'vitest';
import type { PerMillion } from '../xds-server/policy/percent.ts';
import { type Evidence, evidenceSince, NO_COUNTS } from './evidence.ts';
import { judgeErrors } from './gates/errors.ts';
import type { UsersBySide } from './source.ts';
import { withUsersErrors } from './users-errors.ts';

const share = (percent: number) => (percent * 10_000) as PerMillion;
const ofPairs = { primary: { hits: 1, trials: 100 }, candidate: { hits: 2, trials: 100 } };
const EVIDENCE: Evidence = {
  basis: 'b',
  epoch: 1,
  strata: {
    sample: { ...NO_COUNTS, pairs: 100, errors: ofPairs },
    'segment staff': { ...NO_COUNTS, pairs: 100, errors: ofPairs },
  },
  findings: [],
};
const users = (stratum: string, primary: number, candidate: number): UsersBySide => ({
  stratum,
  since: 't1',
  primary: { requests: primary, failed: 1 },
  candidate: { requests: candidate, failed: 3 },
});
const BOTH = [users('segment staff', 900, 50), users('sample', 700, 40)];
const trials = ({ strata }: Pick<Evidence, 'strata'>) =>
  Object.fromEntries(
    Object.entries(strata).map(([name, { errors }]) => [name, [errors.primary.trials, errors.candidate.trials]]),
  );

test.each([
  ['nobody is on the candidate: copies tell', {}, { sample: [100, 100], 'segment staff': [100, 100] }],
  ['a segment is: its users tell', { staff: share(5) }, { sample: [100, 100], 'segment staff': [900, 50] }],
  [
    'everyone is, whoever is in a segment too',
    { everyone: share(1) },
    { sample: [700, 40], 'segment staff': [900, 50] },
  ],
])('%s', (_, shares, expected) => {
  expect(trials(withUsersErrors(EVIDENCE, BOTH, shares))).toEqual(expected);
});

test('of a segment nothing need be compared for its users to be watched', () => {
  const { strata } = withUsersErrors(EVIDENCE, [users('segment beta', 9, 8)], { everyone: share(1) });
  expect(strata['segment beta']).toMatchObject({ pairs: 0, errors: { candidate: { hits: 3, trials: 8 } } });
});

test('whose errors they are belongs to what counts; who has been seen does not', () => {
  const basis = (shares: Record<string, PerMillion>, rows = BOTH) => withUsersErrors(EVIDENCE, rows, shares).users;
  expect(basis({})).toBeUndefined();
  expect(basis({ staff: share(0) })).toBeUndefined();
  const all = basis({ staff: share(5), everyone: share(1) });
  expect(all).toBeDefined();
  expect(basis({ everyone: share(2), staff: share(100) }, [...BOTH, users('segment beta', 1, 1)])).toEqual(all);
  expect(basis({ staff: share(5) })).not.toEqual(all);
  const anew = BOTH.map((row) => ({ ...row, since: 't2' }));
  expect(basis({ staff: share(5), everyone: share(1) }, anew)).not.toEqual(all);
  const [ofAll, ofAnew] = [BOTH, anew].map((rows) => withUsersErrors(EVIDENCE, rows, { staff: share(5) }));
  expect(evidenceSince(ofAnew!, ofAll!)).toBe('begin-again');
  // Before anybody was counted there was nothing that could begin again.
  const ofNobody = withUsersErrors({ ...EVIDENCE, strata: {} }, [], { staff: share(5) });
  expect(evidenceSince(ofAll!, ofNobody)).not.toBe('begin-again');
  expect(evidenceSince({ ...ofNobody, strata: ofAll!.strata }, ofAll!)).toBe('begin-again');
});

test('where no user is left with the primary, what it did before stands in, once the candidate has answered', () => {
  const at = (percent: number, primary: number, candidate: number) =>
    withUsersErrors(EVIDENCE, [users('sample', primary, candidate)], { everyone: share(percent) });
  const since = (now: Evidence, then: Evidence) => {
    const counted = evidenceSince(now, then);
    return counted === 'begin-again' ? counted : trials(counted).sample;
  };
  expect(since(at(50, 800, 90), at(50, 700, 40))).toEqual([100, 50]);
  expect(since(at(100, 700, 90), at(100, 700, 40))).toEqual([700, 50]);
  // In a segment without users nothing happens, so nobody waits for it.
  expect(since(at(100, 700, 40), at(100, 700, 40))).toEqual([0, 0]);
});

describe('where users speak gRPC', () => {
  const GATE = { atMost: 0.01, confidence: 0.95 };
  const ALPHAS = { pass: 0.025, fail: 0.001 };
  const grpc = (hits: number) => ({ primary: { hits: 0, trials: 2_000 }, candidate: { hits, trials: 2_000 } });
  const spoken = (hits: number): Evidence => ({
    ...EVIDENCE,
    strata: { sample: { ...EVIDENCE.strata.sample!, grpc: grpc(hits) } },
  });
  const judged = (hits: number, failed = 0) => {
    const side = (ofSide: number) => ({ requests: 2_000, failed: ofSide });
    const rows = [{ stratum: 'sample', primary: side(0), candidate: side(failed) }];
    const { strata } = withUsersErrors(spoken(hits), rows, { everyone: share(5) });
    return judgeErrors('sample', strata.sample!, GATE, ALPHAS);
  };

  test('what pairs say of it stops a candidate that all is well with by HTTP, and the other way round', () => {
    expect(judged(0)).toMatchObject({ outcome: 'pass' });
    expect(judged(100)).toMatchObject({ outcome: 'fail', isGrpc: true, count: 2_000, value: 0.05 });
    expect(judged(0, 100)).toMatchObject({ outcome: 'fail', value: 0.05 });
    expect(judged(0, 100).isGrpc).toBeUndefined();
    expect(judged(20)).toMatchObject({ outcome: 'not-enough-data', isGrpc: true });
  });

  test('it has failed among copies already while nobody is on the candidate', () => {
    expect(withUsersErrors(spoken(100), [], {}).strata.sample).toEqual(EVIDENCE.strata.sample);
  });
});
