import { describe, expect, it } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import { failureJson, failureText } from './error-text.ts';
import { createLiveRegion } from './live-region.ts';
import { count, percentOf, rate } from './numbers.ts';
import { COLOURED, PLAIN, printable, styleFor, visibleWidth } from './style.ts';
import { fit, renderTable } from './table.ts';

describe('colours', () => {
  it('are for terminals that want them', () => {
    expect(styleFor({ isTTY: true }, {})).toBe(COLOURED);
    expect(styleFor({ isTTY: true }, { NO_COLOR: '1' })).toBe(PLAIN);
    expect(styleFor({ isTTY: true }, { TERM: 'dumb' })).toBe(PLAIN);
    expect(styleFor({}, {})).toBe(PLAIN);
  });

  it('take no room', () => {
    expect(visibleWidth(COLOURED.red(COLOURED.bold('abc')))).toBe(3);
  });
});

it('makes control characters visible', () => {
  expect(printable('a\u001b[31mb\r\n')).toBe('a\ufffd[31mb\ufffd\ufffd');
});

it('writes numbers as people read them', () => {
  expect([count(1234567), rate(0), rate(4.25), rate(120.4), percentOf(1, 3), percentOf(0, 0)]).toEqual([
    '1,234,567',
    '0',
    '4.3',
    '120',
    '33.3%',
    '-',
  ]);
});

describe('renderTable', () => {
  const columns = [{ title: 'name' }, { title: 'n', align: 'right' as const }];

  it('aligns, colours aside', () => {
    const rows = [
      ['a', '10'],
      [COLOURED.red('long'), '9'],
    ];
    expect(
      renderTable(columns, rows, { style: PLAIN, width: 80 }).map((line) => line.replace(/\S\[\d+m/g, '')),
    ).toEqual(['name   n', 'a     10', 'long   9']);
  });

  it('gives way in the widest text column', () => {
    const lines = renderTable(columns, [['a name that is far too long', '10']], { style: PLAIN, width: 20 });
    expect(lines).toEqual(['name               n', 'a name that is \u2026  10']);
  });

  it('cuts with an ellipsis', () => {
    expect(fit('abcdef', 4)).toBe('abc\u2026');
    expect(fit('abcd', 4)).toBe('abcd');
  });
});

describe('the live region', () => {
  const record = () => {
    const written: string[] = [];
    const terminal = { write: (text: string) => written.push(text), columns: 20, rows: 4 };
    return { written, region: createLiveRegion(terminal) };
  };

  it('redraws in place and prints above', () => {
    const { written, region } = record();
    region.draw(['one', 'two']);
    region.print('log');
    region.draw(['three']);
    expect(written[0]).toMatch(/one\ntwo\n$/);
    expect(written[1]).toMatch(/\[2F.*log\none\ntwo\n$/s);
    expect(written[2]).toMatch(/\[2F.*three\n$/s);
  });

  it('draws no more than the terminal holds, or lines would scroll away and stay', () => {
    const { written, region } = record();
    region.draw(['1', '2', '3', '4', 'x'.repeat(40)]);
    expect(written[0]).toMatch(/1\n2\n3\n$/);
  });

  it('prints plainly as long as nothing is drawn, and gives the cursor back', () => {
    const { written, region } = record();
    region.print('plain');
    expect(written).toEqual(['plain\n']);
    region.draw(['one']);
    region.end();
    expect(written.at(-1)).toBe('\u001b[?25h');
  });
});

describe('failures', () => {
  const options = { style: PLAIN, debug: false };

  it('point at the place in the file', () => {
    const error = new ShadowplaneError('POLICY_INVALID', 'not valid', {
      problems: [
        { path: 'mirrors.orders.shadow', message: 'there is no service "x"', line: 12, column: 5 },
        { path: '', message: 'whole' },
      ],
    });
    expect(failureText(error, { ...options, filename: 'a.yaml' })).toEqual({
      text: 'a.yaml:12:5 mirrors.orders.shadow: there is no service "x"\na.yaml whole',
      exitCode: 2,
    });
    expect(failureText(error, options).text).toBe('12:5 mirrors.orders.shadow: there is no service "x"\nwhole');
    expect(JSON.parse(failureJson(error))).toEqual({
      error: { code: 'POLICY_INVALID', message: 'not valid', errors: error.problems },
    });
  });

  it('show no stack unless asked', () => {
    const error = new ShadowplaneError('ENVOY_NOT_FOUND', 'none', { cause: new Error('inner') });
    expect(failureText(error, options)).toEqual({ text: 'error: none', exitCode: 1 });
    expect(failureText(error, { ...options, debug: true }).text).toMatch(
      /output\.test\.ts[\s\S]*caused by Error: inner/,
    );
  });

  it('that are none of ours say so', () => {
    expect(failureText(new TypeError('oops'), options)).toMatchObject({
      text: expect.stringMatching(/^error: oops\n.*--log-level debug/),
      exitCode: 1,
    });
    expect(JSON.parse(failureJson('text'))).toEqual({ error: { code: 'UNEXPECTED', message: 'text' } });
  });
});
