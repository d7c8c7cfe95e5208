/** Splits a CEL expression into tokens, as the lexer of the language definition does. */

export interface CelToken {
  readonly kind: 'name' | 'quoted-name' | 'literal' | 'symbol' | 'end' | 'bad';
  readonly text: string;
  /** Where it begins, in characters from 0. */
  readonly at: number;
}

const SKIPPED = /(?:[ \t\r\n\f]+|\/\/[^\n]*)*/y;
/** Tried in this order at each place; the first that fits is the token. */
const TOKENS: ReadonlyArray<readonly [kind: CelToken['kind'], pattern: RegExp]> = [
  ['literal', /(?:[bB]?[rR]|[rR][bB])(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n\r]*"|'[^'\n\r]*')/y],
  ['literal', /[bB]?(?:"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?''')/y],
  ['literal', /[bB]?(?:"(?:\\.|[^"\\\n\r])*"|'(?:\\.|[^'\\\n\r])*')/y],
  ['literal', /0x[0-9a-fA-F]+[uU]?|(?:\d+\.\d+|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+[uU]?/y],
  ['name', /[A-Za-z_]\w*/y],
  ['quoted-name', /`[\w.\-/ ]+`/y],
  ['symbol', /&&|\|\||[<>=!]=|[-+*/%<>!?:.,()[\]{}]/y],
];

/** The tokens, with one of kind `end` last; a character that begins none is `bad`, and ends the list. */
export function celTokens(expression: string): readonly CelToken[] {
  const tokens: CelToken[] = [];
  for (let at = skip(expression, 0); at < expression.length; ) {
    const token = tokenAt(expression, at);
    tokens.push(token);
    if (token.kind === 'bad') return tokens;
    at = skip(expression, at + token.text.length);
  }
  return [...tokens, { kind: 'end', text: '', at: expression.length }];
}

function tokenAt(expression: string, at: number): CelToken {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const text = pattern.exec(expression)?.[0];
    if (text === undefined) continue;
    return { kind: /^(?:true|false|null)$/.test(text) ? 'literal' : text === 'in' ? 'symbol' : kind, text, at };
  }
  return { kind: 'bad', text: String.fromCodePoint(expression.codePointAt(at)!), at };
}

function skip(expression: string, at: number): number {
  SKIPPED.lastIndex = at;
  return at + SKIPPED.exec(expression)![0].length;
}
