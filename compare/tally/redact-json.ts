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

/** What is still to come of a pattern; null: nothing, it has matched. */
type Rest = { readonly segment: string; readonly next: Rest } | null;

interface Level {
  readonly isObject: boolean;
  /** Of the patterns whose beginning is the path to here. */
  readonly rests: readonly Rest[];
  /** What is left of them below a key that none of them names, once that is known. */
  unnamed: readonly Rest[] | undefined;
  index: number;
  /** Of the value that is being read: its key or index. */
  key: string;
}

/** Deeper than any service answers; what is nested without end is left out from there on. */
const MAX_DEPTH = 1_000;

/** Bodies are hostile: every step moves forward, and costs no more the deeper it is or the longer what was read before. */
class Redaction {
  readonly #text: string;
  readonly #patterns: readonly Rest[];
  readonly #levels: Level[] = [];
  #out = '';
  /** Up to here the text has been copied or left out. */
  #copied = 0;
  /** Depth of the value that is being left out. */
  #hiddenAt: number | undefined;

  constructor(text: string, patterns: readonly PathPattern[]) {
    this.#text = text;
    this.#patterns = withSkipped(patterns.map(restOf));
  }

  run(): string {
    const text = this.#text;
    let expected: 'value' | 'key' | 'colon' | 'next' = 'value';
    for (let start = afterSpaces(text, 0); start < text.length; ) {
      const end = tokenEnd(text, start);
      if (end === undefined) return this.#giveUp(start);
      const first = text[start]!;
      if (first === '}' || first === ']') {
        if (expected === 'colon' || this.#levels.pop()?.isObject !== (first === '}')) return this.#giveUp(start);
        this.#finish(end);
        expected = 'next';
      } else if (expected === 'value' && (first === '{' || first === '[')) {
        if (this.#levels.length === MAX_DEPTH) return this.#giveUp(start);
        const isObject = first === '{';
        this.#levels.push({
          isObject,
          rests: this.#begin(start),
          unnamed: undefined,
          index: 0,
          key: isObject ? '' : '0',
        });
        expected = isObject ? 'key' : 'value';
      } else if (expected === 'value' && !MARKS.includes(first)) {
        this.#begin(start);
        this.#finish(end);
        expected = 'next';
      } else if (expected === 'key' && first === '"') {
        const key = readKey(text.slice(start, end));
        if (key === undefined) return this.#giveUp(start);
        this.#levels.at(-1)!.key = key;
        expected = 'colon';
      } else if (expected === 'colon' && first === ':') {
        expected = 'value';
      } else if (expected === 'next' && first === ',' && this.#levels.length > 0) {
        const level = this.#levels.at(-1)!;
        level.index += 1;
        level.key = level.isObject ? '' : String(level.index);
        expected = level.isObject ? 'key' : 'value';
      } else return this.#giveUp(start);
      start = afterSpaces(text, end);
    }
    return this.#close();
  }

  /** The patterns that go on below the value that begins here. */
  #begin(start: number): readonly Rest[] {
    if (this.#hiddenAt !== undefined) return NONE;
    const level = this.#levels.at(-1);
    const rests = level ? below(level) : this.#patterns;
    if (!rests.includes(null)) return rests;
    this.#out += this.#text.slice(this.#copied, start) + JSON.stringify(REDACTED);
    this.#hiddenAt = this.#levels.length;
    return NONE;
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

const NONE: readonly Rest[] = [];
const MARKS = '{}[],:';
const SPACE = /\s/;

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code <= 0x20 || code >= 0xa0 ? SPACE.test(text[at]!) : false;
}

function afterSpaces(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text, at)) at += 1;
  return at;
}

/** Of a mark, a string, or a number or word; undefined for a string without an end. */
function tokenEnd(text: string, start: number): number | undefined {
  const first = text[start]!;
  if (first === '"') return stringEnd(text, start);
  let at = start + 1;
  if (MARKS.includes(first)) return at;
  while (at < text.length && !isSpace(text, at) && text[at] !== '"' && !MARKS.includes(text[at]!)) at += 1;
  return at;
}

/** By hand: the stack of a regular expression is too small for a string of many escapes. */
function stringEnd(text: string, start: number): number | undefined {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text[at - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
  return undefined;
}

function readKey(string: string): string | undefined {
  try {
    return JSON.parse(string) as string;
  } catch {
    return undefined;
  }
}

function restOf(pattern: PathPattern): Rest {
  return pattern.reduceRight<Rest>((next, segment) => ({ segment, next }), null);
}

/** `**` may stand for nothing: what comes behind it may come at once. */
function withSkipped(rests: readonly Rest[]): Rest[] {
  const all: Rest[] = [];
  const add = (rest: Rest): void => {
    if (all.includes(rest)) return;
    all.push(rest);
    if (rest?.segment === '**') add(rest.next);
  };
  for (const rest of rests) add(rest);
  return all;
}

function below(level: Level): readonly Rest[] {
  const { rests, key } = level;
  const named: Rest[] = [];
  for (const rest of rests) {
    if (rest && rest.segment !== '**' && (rest.segment === '*' || rest.segment === key)) named.push(rest.next);
  }
  level.unnamed ??= withSkipped(rests.filter((rest) => rest?.segment === '**'));
  return named.length === 0 ? level.unnamed : withSkipped([...level.unnamed, ...named]);
}
