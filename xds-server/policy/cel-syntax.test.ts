import { describe, expect, it } from 'vitest';
import { celSyntaxProblem } from './cel-syntax.ts';

describe('celSyntaxProblem', () => {
  it.each([
    "int(request.headers['x-cart-items']) > 2",
    "request.path.startsWith('/api') && !(request.method in ['GET', 'HEAD',])",
    'request.headers["a"].matches("^\\\\d+\\"$") ? true : size("x") >= 1 || false',
    "{'a': 1u, 'b': 0x1F, 'c': 1.5e-3, 'd': .5, 'e': null}['a'] == - -1u % 2u",
    "r'\\d' + b'x' != '''it's\n''' // the end",
    '[1, 2].exists(x, x > 1) && has(request.headers.a) && .type.Name{field: 1} == t{}',
    "!!true && '\\'' == \"'\"",
    'a\n  && b',
    "request.headers.`x-region` == 'eu' || size([,]) == size({,})",
  ])('takes %s', (expression) => {
    expect(celSyntaxProblem(expression)).toBeUndefined();
  });

  it.each([
    ['foo(((', 'at character 7 a value is expected, but it ends there'],
    ["request.path == '/x", 'the text that begins at character 17 has no end'],
    ["request.path = '/x'", 'at character 14 the end or an operator is expected, but there is "="'],
    ['a and b', 'at character 3 the end or an operator is expected, but there is "and"'],
    ['a &&', 'at character 5 a value is expected'],
    ['a && || b', 'at character 6 a value is expected, but there is "||"'],
    ['(a', '")" is expected, but it ends there'],
    ['a)', 'the end or an operator is expected, but there is ")"'],
    ['f(a b)', '")" is expected, but there is "b"'],
    ['f(, a)', 'at character 3 a value is expected'],
    ['a ? b', '":" is expected'],
    ["a['x'", '"]" is expected'],
    ['{1}', '":" is expected'],
    ['a.1b', 'at character 2 the end'],
    ['a.', 'a name is expected'],
    ['`a` == 1', 'a value is expected, but there is "`a`"'],
    ['a # b', 'there is "#"'],
    ['// nothing', 'a value is expected'],
  ])('refuses %s', (expression, why) => {
    expect(celSyntaxProblem(expression)).toContain(why);
  });

  it('does not run out of stack', () => {
    expect(celSyntaxProblem('('.repeat(100_000))).toBe('is nested deeper than 250 levels');
    expect(celSyntaxProblem('['.repeat(100_000))).toBe('is nested deeper than 250 levels');
    expect(celSyntaxProblem(`${'!'.repeat(100_000)}a`)).toBeUndefined();
  });
});
