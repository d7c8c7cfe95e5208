/**
 * Replaces values in JSON text, by path, without parsing it into objects: the rest stays as it was, byte for byte, numbers
 * included. It reads forward only, so it also works on the beginning of a text that was cut. Where the text turns out to
 * be no JSON, the rest of it is left out, because nobody knows what is in it.
 */
export const REDACTED = '[redacted]';

/** A path's segments: a key or an index as text, `*` for one of any name, `**` for any number of them. */
export type PathPattern = readonly string[];

/** `/customer/email`: a JSON Pointer, with wildcards. */
export function parsePathPattern(pointer: string): PathPattern {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function redactJson(text: string, patterns: readonly PathPattern[]): string {
  return new Redaction(text, patterns).run();
}

interface Level {
  readonly isObject: boolean;
  index: number;
}

const TOKEN = /\s*(?:([{}[\],:])|("[^"\\]*(?:\\.[^"\\]*)*")|([^\s{}[\],:"]+))/gsy;

class Redaction {
  readonly #text: string;
  readonly #patterns: readonly PathPattern[];
  readonly #levels: Level[] = [];
  readonly #path: string[] = [];
  #out = '';
  /** Up to here the text has been copied or left out. */
  #copied = 0;
  /** Depth of the value that is being left out. */
  #hiddenAt: number | undefined;

  constructor(text: string, patterns: readonly PathPattern[]) {
    this.#text = text;
    this.#patterns = patterns;
  }

  run(): string {
    const token = new RegExp(TOKEN);
    let expected: 'value' | 'key' | 'colon' | 'next' = 'value';
    let end = 0;
    for (let match = token.exec(this.#text); match; match = token.exec(this.#text)) {
      const [whole, mark, string] = match;
      const start = match.index + whole.length - whole.trimStart().length;
      end = token.lastIndex;
      if (mark === '}' || mark === ']') {
        if (expected === 'colon' || this.#levels.pop()?.isObject !== (mark === '}')) return this.#giveUp(start);
        this.#path.pop();
        this.#finish(end);
        expected = 'next';
      } else if (expected === 'value' && (mark === '{' || mark === '[')) {
        this.#begin(start);
        this.#levels.push({ isObject: mark === '{', index: 0 });
        this.#path.push(mark === '{' ? '' : '0');
        expected = mark === '{' ? 'key' : 'value';
      } else if (expected === 'value' && mark === undefined) {
        this.#begin(start);
        this.#finish(end);
        expected = 'next';
      } else if (expected === 'key' && string !== undefined) {
        const key = readKey(string);
        if (key === undefined) return this.#giveUp(start);
        this.#path[this.#path.length - 1] = key;
        expected = 'colon';
      } else if (expected === 'colon' && mark === ':') {
        expected = 'value';
      } else if (expected === 'next' && mark === ',' && this.#levels.length > 0) {
        const level = this.#levels.at(-1)!;
        level.index += 1;
        this.#path[this.#path.length - 1] = level.isObject ? '' : String(level.index);
        expected = level.isObject ? 'key' : 'value';
      } else return this.#giveUp(start);
    }
    return /^\s*$/.test(this.#text.slice(end)) ? this.#close() : this.#giveUp(end);
  }

  #begin(start: number): void {
    if (this.#hiddenAt !== undefined || !this.#patterns.some((pattern) => matches(pattern, this.#path))) return;
    this.#out += this.#text.slice(this.#copied, start) + JSON.stringify(REDACTED);
    this.#hiddenAt = this.#levels.length;
  }

  #finish(end: number): void {
    if (this.#hiddenAt !== this.#levels.length) return;
    this.#copied = end;
    this.#hiddenAt = undefined;
  }

  /** A cut text may end within a value that is left out. */
  #close(): string {
    return this.#hiddenAt === undefined ? this.#out + this.#text.slice(this.#copied) : this.#out;
  }

  #giveUp(at: number): string {
    const soFar = this.#hiddenAt === undefined ? this.#out + this.#text.slice(this.#copied, at) : this.#out;
    return soFar + REDACTED;
  }
}

function readKey(string: string): string | undefined {
  try {
    return JSON.parse(string) as string;
  } catch {
    return undefined;
  }
}

function matches(pattern: PathPattern, path: readonly string[], fromPattern = 0, fromPath = 0): boolean {
  if (fromPattern === pattern.length) return fromPath === path.length;
  const segment = pattern[fromPattern];
  if (segment === '**') {
    for (let at = fromPath; at <= path.length; at += 1) if (matches(pattern, path, fromPattern + 1, at)) return true;
    return false;
  }
  if (fromPath === path.length || (segment !== '*' && segment !== path[fromPath])) return false;
  return matches(pattern, path, fromPattern + 1, fromPath + 1);
}
