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

it('gives the signals back', () => {
  const before = process.listenerCount('SIGTERM');
  const taken = listenForStop();
  expect(process.listenerCount('SIGTERM')).toBe(before + 1);
  taken.release();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
