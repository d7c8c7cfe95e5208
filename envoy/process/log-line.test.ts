import { describe, expect, it } from 'vitest';
import { createRepeatFilter, isHarmless, parseLogLine } from './log-line.ts';

describe('parseLogLine', () => {
  it('reads our format', () => {
    expect(parseLogLine('{"level":"warning","logger":"config","message":"gRPC \\"closed\\"\\n"}')).toEqual({
      level: 'warning',
      logger: 'config',
      message: 'gRPC "closed"',
    });
  });

  it.each(['Segmentation fault', '{"level":"oops","logger":"x","message":"y"}', '{"level":"warning","log'])(
    'passes %j on as an error, because it is no log line',
    (line) => {
      expect(parseLogLine(line)).toEqual({ level: 'error', logger: '', message: line });
    },
  );
});

it('knows harmless lines by logger and beginning only', () => {
  expect(isHarmless({ level: 'warning', logger: 'main', message: 'caught ENVOY_SIGTERM' })).toBe(true);
  expect(isHarmless({ level: 'warning', logger: 'wasm', message: 'caught ENVOY_SIGTERM' })).toBe(false);
  expect(isHarmless({ level: 'error', logger: 'main', message: 'not: caught ENVOY_SIGTERM' })).toBe(false);
});

describe('createRepeatFilter', () => {
  it('shows a message once per 10 s and then how often it was held back, numbers aside', () => {
    let now = 0;
    const filter = createRepeatFilter(() => now);
    const line = (port: number) => ({ level: 'warning' as const, logger: 'config', message: `port ${port} refused` });
    expect(filter(line(1))).toEqual(line(1));
    expect(filter(line(2))).toBeUndefined();
    now = 9_999;
    expect(filter(line(3))).toBeUndefined();
    now = 10_000;
    expect(filter(line(4))?.message).toBe('port 4 refused (and 2 more like this)');
    now = 20_000;
    expect(filter(line(5))?.message).toBe('port 5 refused');
  });

  it('tells different messages apart', () => {
    const filter = createRepeatFilter(() => 0);
    const line = (message: string) => ({ level: 'warning' as const, logger: 'a', message });
    expect(filter(line('one'))).toBeDefined();
    expect(filter(line('two'))).toBeDefined();
  });
});
