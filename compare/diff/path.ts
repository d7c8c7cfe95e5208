/** Places in a JSON body: exact as JSON Pointer (RFC 6901), folded for grouping. */
import { looksLikeId } from '../endpoint/index.ts';

/** A number is an array index, a string a key. */
export type PathSegment = string | number;

export function pointer(segments: readonly PathSegment[]): string {
  let text = '';
  for (const segment of segments) text += typeof segment === 'number' ? `/${segment}` : written(segment).exact;
  return text;
}

/** Indices, and keys that are ids (an object used as a map), become `*`: one path for what is one thing. */
export function foldedPath(segments: readonly PathSegment[]): string {
  let text = '';
  for (const segment of segments) text += typeof segment === 'number' ? '/*' : written(segment).folded;
  return text;
}

interface WrittenKey {
  readonly exact: string;
  readonly folded: string;
}

/** A service's answers have the same keys again and again. Bounded, because keys can be any text. */
const MAX_REMEMBERED = 2_000;
const remembered = new Map<string, WrittenKey>();

function written(key: string): WrittenKey {
  const known = remembered.get(key);
  if (known) return known;
  const exact = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const result = { exact, folded: looksLikeId(key) ? '/*' : exact };
  if (key.length <= 64) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, result);
  }
  return result;
}

/** The keys and indices of a JSON Pointer, unescaped, all as text. */
export function pointerSegments(text: string): string[] {
  return text
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
