import { afterEach, expect, it, vi } from 'vitest';
import { fired, listenForStop, type StopSignals } from './stop-signals.ts';

let signals: StopSignals | undefined;
afterEach(() => {
  signals?.release();
  vi.useRealTimers();
});

it('stops cleanly at the first signal, at once at the second', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
  signals = listenForStop();
  process.emit('SIGINT');
  await fired(signals.stop);
  process.emit('SIGINT'); // npm passes on what the terminal has sent to both
  expect(signals.force.aborted).toBe(false);
  vi.advanceTimersByTime(501);
  process.emit('SIGINT');
  await fired(signals.force);
});

it('stops when the shell that npm has started it in is gone, for nobody else passes a signal on', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  let parent = 7;
  signals = listenForStop(() => parent);
  vi.advanceTimersByTime(2_000);
  expect(signals.stop.aborted).toBe(false);
  parent = 1;
  vi.advanceTimersByTime(501);
  expect([signals.stop.aborted, signals.force.aborted]).toEqual([true, false]);
});

it('outlives whoever started it otherwise', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  signals = listenForStop(() => undefined);
  expect(vi.getTimerCount()).toBe(0);
});

it('gives the signals back', () => {
  const before = process.listenerCount('SIGTERM');
  const taken = listenForStop();
  expect(process.listenerCount('SIGTERM')).toBe(before + 1);
  taken.release();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
