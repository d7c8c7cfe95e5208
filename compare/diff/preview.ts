/** JSON text of a value, cut: what a report shows of it. The work is bounded however large the value is. */
import { ExactNumber, type Json } from './json-value.ts';

export const MAX_CHARACTERS = 256;
/** What lies deeper is not shown. */
export const MAX_DEPTH = 16;
/** Up to so many characters a loop is faster than a call. */
const SHORT = 48;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_SURROGATE = 0xd800;

export function preview(value: Json): string {
  if (typeof value === 'string') return string(value, MAX_CHARACTERS);
  if (typeof value !== 'object' || value === null) return String(value);
  return shorten(write(value, MAX_CHARACTERS, 0));
}

/** Text as it is, cut in the same way. */
export function shorten(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
}

function string(value: string, room: number): string {
  if (value.length > room) return `${JSON.stringify(value.slice(0, room))}…`;
  return isPlain(value) ? `"${value}"` : JSON.stringify(value);
}

/** Short, and the same when it is written as JSON: most keys and values are. */
function isPlain(value: string): boolean {
  if (value.length > SHORT) return false;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code === QUOTE || code === BACKSLASH || code >= FIRST_SURROGATE) return false;
  }
  return true;
}

/** May exceed `room` by little; stops descending and adding once it is used up. */
function write(value: Json, room: number, depth: number): string {
  if (typeof value === 'string') return string(value, room);
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof ExactNumber) return value.text;
  const isArray = Array.isArray(value);
  if (depth > MAX_DEPTH) return isArray ? '[…]' : '{…}';
  let text = isArray ? '[' : '{';
  for (const key in value) {
    if (text.length > 1) text += ',';
    if (text.length > room) {
      text += '…';
      break;
    }
    if (!isArray) text += `${string(key, room)}:`;
    text += write((value as Record<string, Json>)[key]!, Math.max(room - text.length, 1), depth + 1);
  }
  return text + (isArray ? ']' : '}');
}
