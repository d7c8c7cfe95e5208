import { expect, it } from 'vitest';
import { CostlyAnswers } from './costly-answers.ts';

function start() {
  let nowMs = 1_000;
  let made = 0;
  const answers = new CostlyAnswers(() => nowMs);
  const ask = (takesMs: number, key = 'orders') =>
    answers.give(key, async () => {
      nowMs += takesMs;
      made += 1;
      return made;
    });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { answers, ask, pass };
}

it('what took long is given again for as long as it takes five times, what did not is made anew', async () => {
  const { ask, pass } = start();
  expect([await ask(99), await ask(99)]).toEqual([1, 2]);
  expect([await ask(200), await ask(200)]).toEqual([3, 3]);
  expect(await ask(200, 'carts')).toBe(4);
  pass(799);
  expect(await ask(0)).toBe(3);
  pass(1);
  expect(await ask(0)).toBe(5);
});

it('who asks while it is being made gets the same, and a failure is nobody else’s', async () => {
  const { answers, ask } = start();
  expect(await Promise.all([ask(0), ask(0)])).toEqual([1, 1]);
  const failing = answers.give('orders', () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(await ask(0)).toBe(2);
});
