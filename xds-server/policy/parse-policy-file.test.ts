import { describe, expect, it } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import { parsePolicyFile } from './parse-policy-file.ts';

function errorOf(text: string): ShadowplaneError {
  try {
    parsePolicyFile(text, 'shadowplane.yaml');
  } catch (error) {
    if (error instanceof ShadowplaneError) return error;
    throw error;
  }
  throw new Error('The file was accepted');
}

describe('parsePolicyFile', () => {
  it('points at the value, the key and the parent of what is missing', () => {
    const error = errorOf(
      [
        'services:',
        '  a: { address: a:1 }',
        'mirrors:',
        '  orders:',
        '    match: { path: /x }',
        '    primary: a',
        '    sample: 5',
        '    smaple: 5%',
      ].join('\n'),
    );
    expect(error.problems).toEqual([
      { path: 'mirrors.orders', message: '"shadow" is missing', line: 4, column: 3 },
      { path: 'mirrors.orders.sample', message: expect.stringContaining('did you mean 5%?'), line: 7, column: 13 },
      { path: 'mirrors.orders.smaple', message: expect.stringContaining('did you mean "sample"?'), line: 8, column: 5 },
    ]);
    expect(error.message).toBe('shadowplane.yaml:4:3: mirrors.orders: "shadow" is missing (and 2 more)');
  });

  it.each([
    ['a key twice', 'services: {}\nservices: {}', '"services" stands here twice; the first is in line 1', 2],
    ['a segment twice', 'segments:\n  a: {}\n  b: {}\n  a: {}', '"a" stands here twice; the first is in line 2', 4],
    ['a number as key', 'services:\n  8080: { address: a:1 }', 'keys are text, not 8080; write "8080" in quotes', 2],
    ['a list as key', '? [a]\n: b', 'keys are text, not a list', 1],
    ['an unclosed bracket', 'services: {\n', '', 2],
    ['a tab as indentation', 'services:\n\ta: 1', '', 2],
    ['two documents', 'listen: a:1\n---\nlisten: b:1', 'multiple documents', 2],
    ['an unknown tag', 'listen: !env X', 'Unresolved tag', 1],
    ['an alias to nothing', 'listen: *nobody', 'nobody', 1],
  ])('refuses %s with its line', (_, text, message, line) => {
    const [problem] = errorOf(text).problems;
    expect(problem).toMatchObject({ message: expect.stringContaining(message), line });
  });

  it('refuses aliases that multiply', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const items = Array(9).fill(level === 0 ? 'x' : `*a${level - 1}`);
      return `  - &a${level} [${items.join(', ')}]`;
    });
    const error = errorOf(`envoy:\n  clusters:\n${levels.join('\n')}`);
    expect(error.problems[0]!.message).toContain('alias');
  });

  it('resolves ordinary aliases and finds problems behind them', () => {
    const text = (address: string) => `services:\n  a: &base\n    address: ${address}\n  b: *base\n`;
    expect(parsePolicyFile(text('a:1'), 'f').policy.services).toHaveLength(2);
    expect(errorOf(text('nope')).problems.map(({ line }) => line)).toEqual([3, 3]);
  });

  it('refuses an empty file and one that is far too large', () => {
    expect(errorOf('# nothing\n').message).toContain('is empty');
    expect(errorOf(`listen: "${'x'.repeat(1 << 20)}"`).message).toContain('larger than 1024 KiB');
    expect(parsePolicyFile('{}', 'f').policy.mirrors).toEqual([]);
  });

  it.each(['[', '{', '- '])('does not fall over %j many times', (opening) => {
    expect(errorOf(opening.repeat(20_000)).message).toContain('nested too deeply');
  });

  it('does not expand environment variables', () => {
    const parsed = parsePolicyFile('segments: { a: { header: x, equals: "$HOME" } }', 'f');
    expect(parsed.document.segments!.a).toEqual({ header: 'x', equals: '$HOME' });
  });

  it('reads JSON', () => {
    expect(parsePolicyFile('{"listen": "127.0.0.1:1"}', 'f').policy.listen.port).toBe(1);
  });
});

describe('a further check', () => {
  it('has its problems placed in the text', () => {
    const text = 'services:\n  a: { address: 10.0.0.1:80 }\nenvoy:\n  clusters:\n    - name: x\n      tpye: STATIC\n';
    const check = () => {
      throw new ShadowplaneError('POLICY_INVALID', 'no', {
        problems: [
          { path: 'envoy.clusters.0.tpye', message: 'is unknown' },
          { path: 'envoy.clusters.0.absent', message: 'is missing' },
        ],
      });
    };
    expect(() => parsePolicyFile(text, 'p.yaml', { check })).toThrow(
      expect.objectContaining({
        code: 'POLICY_INVALID',
        message: 'p.yaml:6:13: envoy.clusters.0.tpye: is unknown (and 1 more)',
        problems: [expect.objectContaining({ line: 6, column: 13 }), expect.objectContaining({ line: 5, column: 7 })],
      }),
    );
  });
});
