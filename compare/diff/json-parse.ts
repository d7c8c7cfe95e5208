/**
 * JSON text to values with exact numbers. `JSON.parse` does the work; a second, slower reading follows only where the text
 * holds a number that a double might change. Both agree: a repeated key has its last value, as with nearly every client.
 */
import { type Json, type JsonObject, numberFromText, setKey } from './json-value.ts';

/** A number of 16 characters or more, or with an exponent. May also match inside a string, which only costs time. */
const MAY_NEED_EXACTNESS = /[[,: \t\r\n]-?(?:\d[\d.]{15}|\d[\d.]*[eE])/;

/** @returns undefined if the text is no JSON. */
export function parseJson(text: string): Json | undefined {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof value === 'number' || MAY_NEED_EXACTNESS.test(text) ? readExactly(text) : value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SCALAR = /[^\s,:[\]{}"]+/y;
const GAP = /[\s,:]*/y;

/**
 * Reads text that `JSON.parse` has accepted, so commas and colons need no further look. Containers stand on a stack of our
 * own: nesting is limited by memory alone, as in `JSON.parse`.
 */
function readExactly(text: string): Json {
  const stack: Array<Json[] | JsonObject> = [];
  let container: Json[] | JsonObject | undefined;
  let key: string | undefined;
  let result: Json = null;
  let at = 0;

  const place = (value: Json) => {
    if (container === undefined) result = value;
    else if (Array.isArray(container)) container.push(value);
    else {
      setKey(container, key!, value);
      key = undefined;
    }
  };

  for (;;) {
    GAP.lastIndex = at;
    GAP.test(text);
    at = GAP.lastIndex;
    if (at >= text.length) return result;
    const next = text.charCodeAt(at);
    if (next === QUOTE) {
      const end = endOfString(text, at);
      const string = text.slice(at + 1, end);
      const value: string = string.includes('\\') ? JSON.parse(text.slice(at, end + 1)) : string;
      at = end + 1;
      if (container !== undefined && !Array.isArray(container) && key === undefined) key = value;
      else place(value);
    } else if (next === 0x5b || next === 0x7b) {
      const opened: Json[] | JsonObject = next === 0x5b ? [] : {};
      place(opened);
      if (container !== undefined) stack.push(container);
      container = opened;
      at++;
    } else if (next === 0x5d || next === 0x7d) {
      container = stack.pop();
      at++;
    } else {
      SCALAR.lastIndex = at;
      SCALAR.test(text);
      place(scalar(text.slice(at, SCALAR.lastIndex)));
      at = SCALAR.lastIndex;
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

function scalar(token: string): Json {
  if (token === 'true') return true;
  if (token === 'false') return false;
  if (token === 'null') return null;
  return numberFromText(token);
}
