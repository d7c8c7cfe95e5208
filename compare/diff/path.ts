/** Places in a JSON body: exact as JSON Pointer (RFC 6901), folded for grouping. */
import { looksLikeId } from '../endpoint/index.ts';

/** A number is an array index, a string a key. */
export type PathSegment = string | number;

export function pointer(segments: readonly PathSegment[]): string {
  let text = '';
  for (const segment of segments) text += `/${typeof segment === 'number' ? segment : escapeSegment(segment)}`;
  return text;
}

/** Indices, and keys that are ids (an object used as a map), become `*`: one path for what is one thing. */
export function foldedPath(segments: readonly PathSegment[]): string {
  let text = '';
  for (const segment of segments) {
    text += typeof segment === 'number' || looksLikeId(segment) ? '/*' : `/${escapeSegment(segment)}`;
  }
  return text;
}

function escapeSegment(key: string): string {
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}

/** The keys and indices of a JSON Pointer, unescaped, all as text. */
export function pointerSegments(text: string): string[] {
  return text
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
