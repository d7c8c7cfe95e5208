import { describe, expect, it } from 'vitest';
import type { Context } from '../context.ts';
import { createRunOutput } from './output.ts';

function contextWith(stdoutIsTty: boolean, stderrIsTty: boolean) {
  const out: string[] = [];
  const err: string[] = [];
  const stream = (to: string[], isTTY: boolean) => ({
    isTTY,
    columns: 80,
    rows: 24,
    write: (text: string) => void to.push(text),
    on() {},
    off() {},
  });
  const context = {
    env: {},
    stdout: stream(out, stdoutIsTty),
    stderr: stream(err, stderrIsTty),
    print: (...lines: string[]) => void out.push(...lines),
    note: (line: string) => void err.push(line),
  };
  return { context: context as unknown as Context, out, err };
}

describe('what a long-running command writes', () => {
  it.each([
    ['lines', false, false],
    ['json', false, true],
    ['terminal', true, false],
  ] as const)('%s: a log is on standard error', (mode, stdoutIsTty, json) => {
    const { context, out, err } = contextWith(stdoutIsTty, false);
    const output = createRunOutput(context, json);
    expect(output.mode).toBe(mode);
    output.log('a log line');
    output.line('for people');
    output.end();
    expect(err).toEqual(['a log line']);
    expect(out.join('')).not.toContain('a log line');
    expect(out.join('').includes('for people')).toBe(mode !== 'json');
  });

  it('on a terminal that both share, a log stays clear of the live region', () => {
    const { context, out, err } = contextWith(true, true);
    const output = createRunOutput(context, false);
    output.log('a log line');
    output.end();
    expect(err).toEqual([]);
    expect(out.join('')).toContain('a log line');
  });
});
