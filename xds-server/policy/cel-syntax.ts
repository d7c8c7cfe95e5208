import { type CelToken, celTokens } from './cel-tokens.ts';

/** Envoy's parser has the same bound; it also keeps ours from running out of stack. */
const MAX_DEPTH = 250;
/** In no order: precedence does not change what is well formed. */
const BINARY: ReadonlySet<string> = new Set('|| && < <= >= > == != in + - * / %'.split(' '));

/**
 * Why a text is no CEL expression, or undefined when it is one. Only its form is checked; whether its functions exist
 * is for Envoy to say. What Envoy would accept is never refused.
 */
export function celSyntaxProblem(expression: string): string | undefined {
  try {
    new Parser(expression).whole();
    return undefined;
  } catch (error) {
    if (error instanceof CelSyntaxError) return error.message;
    throw error;
  }
}

class CelSyntaxError extends Error {}

class Parser {
  readonly #tokens: readonly CelToken[];
  #next = 0;
  #depth = 0;

  constructor(expression: string) {
    this.#tokens = celTokens(expression);
  }

  whole(): void {
    this.#expression();
    if (this.#token.kind !== 'end') this.#fail('the end or an operator');
  }

  /** `a && b ? c : d` */
  #expression(): void {
    if (++this.#depth > MAX_DEPTH) throw new CelSyntaxError(`is nested deeper than ${MAX_DEPTH} levels`);
    this.#operands();
    if (this.#take('?')) {
      this.#operands();
      this.#expect(':');
      this.#expression();
    }
    this.#depth--;
  }

  #operands(): void {
    do {
      while (this.#take('!') || this.#take('-')) {}
      this.#primary();
      this.#members();
    } while (this.#takeBinary());
  }

  #primary(): void {
    if (this.#take('(')) {
      this.#expression();
      this.#expect(')');
    } else if (this.#take('[')) this.#list(']', () => this.#expression());
    else if (this.#take('{')) this.#list('}', () => this.#entry());
    else if (this.#token.kind === 'literal') this.#next++;
    else {
      this.#take('.');
      this.#name('a value');
    }
  }

  #members(): void {
    for (;;) {
      if (this.#take('.')) this.#field();
      else if (this.#take('(')) this.#list(')', () => this.#expression());
      else if (this.#take('{')) this.#list('}', () => this.#entry());
      else if (this.#take('[')) {
        this.#expression();
        this.#expect(']');
      } else return;
    }
  }

  #list(end: string, item: () => void): void {
    if (end !== ')' && this.#take(',')) {
      this.#expect(end);
      return;
    }
    while (!this.#take(end)) {
      item();
      if (this.#take(',')) continue;
      this.#expect(end);
      return;
    }
  }

  #entry(): void {
    this.#expression();
    this.#expect(':');
    this.#expression();
  }

  /** A field may be quoted: headers.`x-region`. */
  #field(): void {
    if (this.#token.kind === 'quoted-name') this.#next++;
    else this.#name('a name');
  }

  get #token(): CelToken {
    return this.#tokens[this.#next]!;
  }

  #name(wanted: string): void {
    if (this.#token.kind !== 'name') this.#fail(wanted);
    this.#next++;
  }

  #take(symbol: string): boolean {
    if (this.#token.kind !== 'symbol' || this.#token.text !== symbol) return false;
    this.#next++;
    return true;
  }

  #takeBinary(): boolean {
    if (this.#token.kind !== 'symbol' || !BINARY.has(this.#token.text)) return false;
    this.#next++;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) this.#fail(JSON.stringify(symbol));
  }

  #fail(wanted: string): never {
    const { kind, text, at } = this.#token;
    if (kind === 'bad' && /["']/.test(text)) {
      throw new CelSyntaxError(`is no CEL expression: the text that begins at character ${at + 1} has no end`);
    }
    const found = kind === 'end' ? 'it ends there' : `there is ${JSON.stringify(text)}`;
    throw new CelSyntaxError(`is no CEL expression: at character ${at + 1} ${wanted} is expected, but ${found}`);
  }
}
