import { describe, expect, it } from 'vitest';
import { edgeMs } from '../../rollout/index.ts';
import { lookAt } from './index.ts';
import { Tallies } from './tallies.ts';
import { aCompared } from './testing.ts';

type Fields = Parameters<typeof aCompared>[0];

function setUp({ hasControl = false } = {}) {
  const tallies = new Tallies();
  const gates = () => tallies.mirror('orders')!.epochs.current!.gates;
  const count = (fields: Fields = {}, times = 1) => {
    for (let n = 0; n < times; n += 1) tallies.count(aCompared(fields), { hasControl });
    return of();
  };
  const of = (stratum = 'sample') => gates().strata.get(stratum)!;
  return { tallies, count, of, gates, differing: () => [of().pairs, of().candidateOnly, of().controlOnly] };
}

const arm = (status: number, lastByteMs = 2) => ({ status, headersMs: 1, lastByteMs });
const CONTROLLED = { hasControl: true };

it('strata apart, as gates name them', () => {
  const { count, of } = setUp();
  count({ stratum: { reason: 'segment', segment: 'staff' } }, 2);
  count();
  expect([of('segment staff').pairs, of('sample').pairs]).toEqual([2, 1]);
});

it('only of mirrors with a rollout', () => {
  const { tallies, gates } = setUp();
  tallies.count(aCompared());
  expect([...gates().strata]).toEqual([]);
});

describe('with a control', () => {
  it.each<[string, string[], string[], number[]]>([
    ['neither differs', [], [], [1, 0, 0]],
    ['both do, alike', ['value /at'], ['value /at'], [1, 0, 0]],
    ['the candidate alone', ['value /at', 'value /total'], ['value /at'], [1, 1, 0]],
    ['the control alone', ['value /at'], ['value /at', 'value /x'], [1, 0, 1]],
    ['each at another field, where noise may strike either', ['value /a'], ['value /b'], [1, 0, 0]],
  ])('%s', (_, candidate, control, expected) => {
    const { count, differing } = setUp(CONTROLLED);
    count({ candidate, control });
    expect(differing()).toEqual(expected);
  });

  it('noise of the control hides no defect at a field that has proven quiet', () => {
    const { count, differing } = setUp(CONTROLLED);
    count({ candidate: ['value /total'], control: [] }, 5);
    count({ candidate: ['value /total'], control: ['value /x'] }, 4);
    expect(differing()).toEqual([9, 9, 0]);
    // And none where noise has been seen.
    count({ candidate: ['value /y'], control: ['value /y'] });
    count({ candidate: ['value /y'], control: [] }, 9);
    count({ candidate: ['value /y'], control: ['value /x'] });
    expect(differing()).toEqual([20, 18, 0]);
  });

  it('pairs at a field that has proven quiet are counted apart; if noise shows there all the same, it begins again', () => {
    const { count, of, gates } = setUp(CONTROLLED);
    count({ candidate: ['value /total'], control: [] }, 11);
    expect(of().quiet).toBe(0);
    count({ candidate: ['value /total', 'value /x'], control: ['value /x', 'value /y'] }, 3);
    expect([of().quiet, of().candidateOnly, gates().generation]).toEqual([3, 14, 0]);
    count({ candidate: [], control: ['value /total'] });
    expect([of().quiet, gates().generation]).toEqual([3, 1]);
    count({ candidate: ['value /total'], control: [] }, 20);
    count({ candidate: [], control: ['value /total'] });
    expect([of().quiet, gates().generation]).toEqual([3, 1]);
  });

  it('a pair without its answer is no pair, but a request that both have answered', () => {
    const { count, differing, of } = setUp(CONTROLLED);
    count({ candidate: ['value /at'] });
    expect(differing()).toEqual([0, 0, 0]);
    expect([of().requests, of().latency.primary.size]).toEqual([1, 0]);
  });
});

describe('without one', () => {
  const value = (key: string, primary: string) => ({ candidate: [key], looks: [lookAt(primary)] });

  it('what is new in every answer is no difference, from the first pair on', () => {
    const { count, differing, gates } = setUp();
    for (let n = 0; n < 300; n += 1) {
      count(value('value /id', `"0f0c1d1e-9d5b-4d8c-8d8e-${String(n).padStart(12, '0')}"`));
      count(value('value /at', String(1_790_000_000_000 + Math.floor(n / 1.5))));
    }
    expect(differing()).toEqual([600, 0, 0]);
    expect(gates().generation).toBe(0);
  });

  it('nor is another order, or a field that comes and goes', () => {
    const { count, differing } = setUp();
    count({ candidate: ['order /items'] }, 20);
    expect(differing()).toEqual([20, 0, 0]);
    for (let n = 0; n < 100; n += 1) count({ candidate: [n % 2 ? 'missing /hint' : 'extra /hint'] });
    const [pairs, candidateOnly] = differing();
    expect(pairs).toBe(120);
    expect(candidateOnly).toBeLessThan(5);
  });

  it('values that repeat, other types and statuses are, at once', () => {
    for (const key of ['type /total', 'missing /total', 'status :status']) {
      const { count, differing } = setUp();
      count({}, 10);
      count({ candidate: [key] });
      expect(differing()).toEqual([11, 1, 0]);
    }
    const { count, differing } = setUp();
    count({}, 10);
    for (let n = 0; n < 5; n += 1) count(value('value /total', '"12.50"'));
    expect(differing()).toEqual([15, 5, 0]);
  });

  it('a field that turns out to be no noise counts from then on, and earlier counts are of no use', () => {
    const { count, differing, gates } = setUp();
    for (let n = 0; n < 200; n += 1) count(value('value /state', `"${n % 7}"`));
    const [pairs, candidateOnly] = differing();
    expect(pairs).toBe(200);
    expect(candidateOnly).toBeGreaterThan(150);
    expect(candidateOnly).toBeLessThan(200);
    expect(gates().generation).toBe(1);
  });

  it('does not turn for ever: in the end it counts', () => {
    const { count, gates, differing } = setUp();
    let id = 0;
    for (let size = 1; size <= 4 ** 6; size *= 4) {
      count({}, size);
      for (let n = 0; n < 2 * size; n += 1) {
        id += 1;
        count(value('value /id', `"${id}"`));
      }
    }
    expect(gates().generation).toBe(4);
    const before = differing()[1]!;
    count(value('value /id', '"new"'));
    expect(differing()[1]).toBe(before + 1);
  });
});

describe('state drift', () => {
  const drift = (how: string) => ({ candidate: [`status :status/${how}`], isDrift: true, candidateArm: arm(404) });

  it('is no pair at all where the candidate has ever answered', () => {
    const { count, differing } = setUp();
    count(drift('gone'), 5);
    count();
    count(drift('gone'), 100);
    expect(differing()).toEqual([1, 0, 0]);
  });

  it('is a route that is missing where it never does', () => {
    const { count, differing } = setUp();
    count(drift('gone'), 19);
    expect(differing()).toEqual([0, 0, 0]);
    count(drift('gone'), 11);
    expect(differing()).toEqual([30, 30, 0]);
    count();
    count(drift('gone'), 5);
    expect(differing()).toEqual([31, 30, 0]);
  });

  it('a conflict is none, and neither is what the primary lacks', () => {
    const { count, differing } = setUp();
    for (const how of ['conflict', 'ahead']) count(drift(how), 50);
    expect(differing()).toEqual([0, 0, 0]);
  });
});

describe('failures', () => {
  it('5xx of either version, of requests that the primary answered its users', () => {
    const { count, of, tallies } = setUp();
    count({ candidateArm: arm(500) }, 2);
    count({ primaryArm: arm(503), candidateArm: arm(404) });
    const stratum = { reason: 'sample' } as const;
    const failed = { primary: false, candidate: true };
    tallies.countLost({ mirror: 'orders', cause: 'no_answer', stratum, failed }, 1, { hasControl: false });
    tallies.countLost({ mirror: 'orders', cause: 'no_answer', stratum, failed });
    tallies.countLost({ mirror: 'orders', cause: 'expired', stratum }, 1, { hasControl: false });
    count({ isBack: true, candidateArm: arm(500) });
    // How slow it is the gate of latency says, unless a copy as slow would have had no answer.
    count({ primaryArm: arm(200, 900) });
    expect([of().requests, of().failed]).toEqual([5, { primary: 1, candidate: 3 }]);
    expect(of().pairs).toBe(5);
    tallies.count(aCompared({ primaryArm: arm(200, 900) }), { hasControl: false, timeoutMs: 800 });
    expect([of().requests, of().failed]).toEqual([6, { primary: 2, candidate: 3 }]);
  });
});

describe('latency', () => {
  const edges = (cells: ReadonlyMap<number, number>) =>
    [...cells].map(([cell, times]) => [Math.round(edgeMs(cell)), times]);

  it.each<[string, Fields, boolean, number]>([
    ['the control stands for the primary: both are copies', { control: [], controlArm: arm(200, 50) }, true, 50],
    ['without one the answer to the user does', {}, false, 20],
    [
      'of a user of the candidate the copy to the primary',
      { control: [], controlArm: arm(200, 50), isBack: true },
      true,
      20,
    ],
  ])('%s', (_, fields, hasControl, expected) => {
    const { count, of } = setUp({ hasControl });
    count({ primaryArm: arm(200, 20.05), candidateArm: arm(200, 30.05), ...fields }, 2);
    expect(edges(of().latency.primary)).toEqual([[expected, 2]]);
    expect(edges(of().latency.candidate)).toEqual([[30, 2]]);
  });

  it('has so many cells and no more', () => {
    const { count, of } = setUp();
    for (const ms of [0, 1e9, Number.MAX_SAFE_INTEGER]) count({ candidateArm: arm(200, ms) });
    expect(edges(of().latency.candidate).at(-1)![1]).toBe(2);
    expect([...of().latency.candidate.keys()].every((cell) => cell < 2_000)).toBe(true);
  });
});
