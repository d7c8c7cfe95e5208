import { describe, expect, it } from 'vitest';
import { ALIVE, dueAtMs, next, type RevivalState, reviveNow } from './revival.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Looks once a second; `dead` says whether a machine is dead in a second, knowing when it was last revived. */
function run(seconds: number, dead: (second: number, revivedAt: number) => boolean, state: RevivalState = ALIVE) {
  const steps: Array<[number, string]> = [];
  let revivedAt = -1;
  for (let second = 0; second < seconds; second += 1) {
    const done = next(state, dead(second, revivedAt), second * SECOND);
    state = done.state;
    for (const step of done.steps) {
      steps.push([second, step]);
      if (step === 'revived') revivedAt = second;
    }
  }
  return { steps, state };
}

describe('revival', () => {
  it('nothing happens while nothing is dead', () => {
    expect(run(100, () => false)).toEqual({ steps: [], state: ALIVE });
  });

  it('the first time at once', () => {
    const { steps, state } = run(100, (second, revivedAt) => second >= 10 && revivedAt < 0);
    expect(steps).toEqual([
      [10, 'died'],
      [10, 'revived'],
    ]);
    expect(state).toEqual({ generation: 1, revivedAtMs: [10 * SECOND], off: false });
  });

  it('what still looks dead while the new one begins is no death', () => {
    const { steps } = run(100, (second, revivedAt) => second === 10 || (revivedAt >= 0 && second < revivedAt + 6));
    expect(steps).toEqual([
      [10, 'died'],
      [10, 'revived'],
    ]);
  });

  it('one that dies again and again gets longer pauses, and then stays off', () => {
    const { steps, state } = run(2_000, () => true);
    expect(steps).toEqual([
      [0, 'died'],
      [0, 'revived'],
      [6, 'died'],
      [16, 'revived'],
      [22, 'died'],
      [82, 'revived'],
      [88, 'died'],
      [388, 'revived'],
      [394, 'died'],
      [394, 'off'],
    ]);
    expect(state).toMatchObject({ generation: 4, off: true, deadSinceMs: 394 * SECOND });
  });

  it('a revival that was decided on is made, although the sign has gone', () => {
    const { steps } = run(100, (second) => second === 0 || second === 20);
    expect(steps).toEqual([
      [0, 'died'],
      [0, 'revived'],
      [20, 'died'],
      [30, 'revived'],
    ]);
  });

  it('after an hour without revivals the first is at once again', () => {
    const { steps } = run(3 * 3_600, (second) => second % 3_601 === 0);
    expect(steps.filter(([, step]) => step === 'revived').map(([second]) => second)).toEqual([0, 3_601, 7_202]);
  });

  it('by hand: at once, also when it is off, and the count begins anew', () => {
    const { state } = run(2_000, () => true);
    const revived = reviveNow(state, HOUR);
    expect(revived).toEqual({ generation: 5, revivedAtMs: [HOUR], off: false });
  });

  it('says when it is due', () => {
    const once = reviveNow(ALIVE, 0);
    expect(dueAtMs(once)).toBeUndefined();
    expect(dueAtMs({ ...once, deadSinceMs: 20 * SECOND })).toBe(30 * SECOND);
    expect(dueAtMs({ ...once, deadSinceMs: 20 * SECOND, off: true })).toBeUndefined();
  });
});
