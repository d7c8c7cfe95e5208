/**
 * JSON text as a tree in which every scalar stands as it was sent: `1.0` stays `1.0`, a 64-bit id keeps its digits. The
 * beginning of a text that was cut is read as far as it goes. Undefined: this is no JSON, or nested too deep to be looked at.
 */
export type JsonNode =
  | { readonly type: 'scalar'; readonly text: string }
  | (Container & { readonly type: 'array'; readonly elements: readonly JsonNode[] })
  | (Container & { readonly type: 'object'; readonly members: readonly JsonMember[] });

interface Container {
  /** As it was sent. */
  readonly text: string;
  readonly isCut: boolean;
}

export interface JsonMember {
  readonly key: string;
  /** With its quotes, as it was sent. */
  readonly keyText: string;
  readonly value: JsonNode;
}

const MAX_DEPTH = 200;
const SPACE = /[ \t\r\n]*/y;
const SCALAR = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|true|false|null/y;

export function parseJsonText(text: string): JsonNode | undefined {
  const reader = new Reader(text);
  try {
    const node = reader.value(0);
    return reader.isAtEnd() ? node : undefined;
  } catch (error) {
    if (error instanceof NoJson) return undefined;
    throw error;
  }
}

class NoJson extends Error {}
/** The text ends in the middle of something. */
const CUT = Symbol('cut');

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    this.#skipSpace();
    return this.#at >= this.#text.length;
  }

  value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw new NoJson();
    this.#skipSpace();
    const next = this.#text[this.#at];
    if (next === '{') return this.#object(depth);
    if (next === '[') return this.#array(depth);
    const text = this.#scalar();
    if (typeof text === 'string') return { type: 'scalar', text };
    const rest = this.#text.slice(this.#at);
    this.#at = this.#text.length;
    return { type: 'scalar', text: rest };
  }

  #array(depth: number): JsonNode {
    const elements: JsonNode[] = [];
    const end = this.#containerEnd();
    for (;;) {
      if (this.isAtEnd()) return { type: 'array', elements, ...end(true) };
      if (this.#takes(']')) return { type: 'array', elements, ...end(false) };
      if (elements.length > 0) this.#comma();
      if (this.isAtEnd()) return { type: 'array', elements, ...end(true) };
      elements.push(this.value(depth + 1));
    }
  }

  #object(depth: number): JsonNode {
    const members: JsonMember[] = [];
    const end = this.#containerEnd();
    for (;;) {
      if (this.isAtEnd()) return { type: 'object', members, ...end(true) };
      if (this.#takes('}')) return { type: 'object', members, ...end(false) };
      if (members.length > 0) this.#comma();
      if (this.isAtEnd()) return { type: 'object', members, ...end(true) };
      if (this.#text[this.#at] !== '"') throw new NoJson();
      const keyText = this.#scalar();
      if (typeof keyText !== 'string') {
        this.#at = this.#text.length;
        return { type: 'object', members, ...end(true) };
      }
      if (this.isAtEnd()) return { type: 'object', members, ...end(true) };
      if (!this.#takes(':')) throw new NoJson();
      if (this.isAtEnd()) return { type: 'object', members, ...end(true) };
      members.push({ key: unquote(keyText), keyText, value: this.value(depth + 1) });
    }
  }

  /** Steps into a container; the function returned is called where it ends. */
  #containerEnd(): (isCut: boolean) => Container {
    const start = this.#at;
    this.#at += 1;
    return (isCut) => ({ text: this.#text.slice(start, this.#at), isCut });
  }

  #scalar(): string | typeof CUT {
    SCALAR.lastIndex = this.#at;
    if (SCALAR.test(this.#text)) {
      const start = this.#at;
      this.#at = SCALAR.lastIndex;
      return this.#text.slice(start, this.#at);
    }
    const rest = this.#text.slice(this.#at, this.#at + 5);
    const mayGoOn =
      rest.startsWith('"') || ['true', 'false', 'null'].some((word) => word.startsWith(rest)) || rest === '-';
    if (rest !== '' && mayGoOn) return CUT;
    throw new NoJson();
  }

  #comma(): void {
    this.#skipSpace();
    if (!this.#takes(',')) throw new NoJson();
  }

  #takes(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    if (this.#text.charCodeAt(this.#at) > 0x20) return;
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    this.#at = SPACE.lastIndex;
  }
}

function unquote(text: string): string {
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    throw new NoJson();
  }
}
