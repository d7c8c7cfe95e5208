import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RuleListener } from '../rules/rule-book.ts';
import { ComparisonEvents } from './comparison-events.ts';
import type { Progress } from './progress.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const state = { progress: [] as Progress[], looks: 0, rules: undefined as RuleListener | undefined };
  const events = new ComparisonEvents({
    progress: () => {
      state.looks += 1;
      return state.progress;
    },
    rules: {
      onChange: (listener) => {
        state.rules = listener;
        return () => {
          state.rules = undefined;
          return true;
        };
      },
    },
  });
  const heard: unknown[] = [];
  const stop = events.onEvent((event, data) => heard.push([event, data]));
  return { state, heard, stop };
}

it('tells progress once a second, and only when there is some', () => {
  const { state, heard } = setUp();
  const first = { mirror: 'orders', epoch: 1, compared: 10, differing: 2 };
  state.progress = [first];
  vi.advanceTimersByTime(999);
  expect(heard).toEqual([]);
  vi.advanceTimersByTime(2_001);
  expect(heard).toEqual([['comparison', first]]);
  state.progress = [{ ...first, epoch: 2, compared: 0, differing: 0 }];
  vi.advanceTimersByTime(1_000);
  expect(heard).toHaveLength(2);
});

it('tells at once whose rules have changed', () => {
  const { state, heard } = setUp();
  state.rules?.('orders', []);
  expect(heard).toEqual([['rules', { mirror: 'orders' }]]);
});

it('looks at nothing when nobody listens any more', () => {
  const { state, stop } = setUp();
  stop();
  vi.advanceTimersByTime(5_000);
  expect([state.looks, state.rules]).toEqual([0, undefined]);
});
