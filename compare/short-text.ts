import { createHash } from 'node:crypto';

const MAX_CHARACTERS = 320;
const HASH_CHARACTERS = 16;

/**
 * A text that names something and comes from whoever answers, so that it may be as long as a body: a long one keeps its
 * beginning and a hash of the whole, so that two of them stay two. What is short already stays as it is.
 */
export function shortText(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : beginningAndHash(text, text);
}

/** @param whole what tells it from others with the same beginning. */
export function beginningAndHash(text: string, whole: string): string {
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH_CHARACTERS);
  return `${wellFormed(text.slice(0, MAX_CHARACTERS - HASH_CHARACTERS - 1))}…${hash}`;
}

/** Without halves of surrogate pairs, which no bytes can be. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
