/** The form that values have in common, for who would suggest a rule by it. */
import { hasFormat } from './harmless.ts';
import { parseJson } from './json-parse.ts';
import type { ValueFormat } from './rule.ts';

/** From the narrowest on. That all are numbers or strings says too little. */
const TELLING: readonly ValueFormat[] = ['uuid', 'ulid', 'date', 'timestamp', 'hash'];

/**
 * @param texts Values as differences show them: JSON text in a body, as they are in a header.
 * @returns undefined when they have no telling form in common, or when there are none.
 */
export function formatOf(texts: readonly string[]): ValueFormat | undefined {
  if (texts.length === 0) return undefined;
  const values = texts.map((text) => parseJson(text) ?? text);
  return TELLING.find((format) => values.every((value) => hasFormat(value, format)));
}
