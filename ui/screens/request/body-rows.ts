/** The bodies of a sample as rows, whatever they hold. */
import type { AnswerView, SampleView } from '../../api/index.ts';
import { jsonRows } from './json-rows.ts';
import { parseJsonText } from './json-text.ts';
import { hexRows, textRows } from './plain-rows.ts';
import type { Row } from './rows.ts';

/** What of a sample its bodies are laid out by. */
export type Answers = Pick<SampleView, 'primary' | 'candidate' | 'control' | 'differences' | 'noise'>;

export type BodyForm = 'none' | 'json' | 'text' | 'bytes';

export interface Bodies {
  readonly form: BodyForm;
  readonly rows: readonly Row[];
  /** What is not shown or was not compared, and why. */
  readonly note?: string;
}

/** Beyond it, what is equal is not laid out before it is asked for. */
const LARGE_CHARACTERS = 200_000;
const MOST_HEX_BYTES = 32 * 1024;

export function answersOf({
  primary,
  candidate,
  control,
}: Pick<Answers, 'primary' | 'candidate' | 'control'>): readonly AnswerView[] {
  return [primary, candidate, ...(control ? [control] : [])];
}

export function sizeOfBodies(sample: Answers): number {
  return answersOf(sample).reduce((sum, { body, bodyBase64 }) => sum + (body ?? bodyBase64 ?? '').length, 0);
}

export function bodyRows(sample: Answers): Bodies {
  return asCompared(layOut(sample), sample);
}

/** What differs in bodies that were not compared is nothing that was held for equal. */
function asCompared(bodies: Bodies, sample: Answers): Bodies {
  const why = whyNotCompared(sample);
  if (why === undefined || bodies.form === 'none') return bodies;
  const rows = bodies.rows.map((row) => (row.state === 'harmless' ? { ...row, state: 'uncompared' as const } : row));
  return { ...bodies, rows, note: [bodies.note, why].filter(Boolean).join(' ') };
}

export function whyNotCompared({ primary, candidate }: Pick<SampleView, 'primary' | 'candidate'>): string | undefined {
  if (primary.status < 400 !== candidate.status < 400)
    return 'Not compared, because only one of the answers is a success.';
  const isPartial = [primary, candidate].some(({ truncated, ended }) => truncated || ended !== 'complete');
  return isPartial ? 'Not compared, because only the beginning is known.' : undefined;
}

function layOut(sample: Answers): Bodies {
  const answers = answersOf(sample);
  const { differences, noise = [] } = sample;
  if (answers.every(isEmpty)) return { form: 'none', rows: [] };
  if (answers.some(({ bodyBase64 }) => bodyBase64 !== undefined)) {
    const all = answers.map(bytesOf);
    const rows = hexRows(
      all.map((bytes) => bytes.subarray(0, MOST_HEX_BYTES)),
      differences,
      noise,
    );
    const isCut = all.some((bytes) => bytes.length > MOST_HEX_BYTES);
    return { form: 'bytes', rows, ...(isCut && { note: `Only the first ${MOST_HEX_BYTES / 1024} KiB are shown.` }) };
  }
  const texts = answers.map(({ body }) => (body === '' ? undefined : body));
  const trees = texts.map((text) => (text === undefined ? undefined : parseJsonText(text)));
  const isJson = texts.every((text, at) => text === undefined || trees[at] !== undefined);
  if (isJson)
    return { form: 'json', rows: jsonRows(trees, differences, noise, sizeOfBodies(sample) > LARGE_CHARACTERS) };
  return { form: 'text', rows: textRows(texts, differences, noise) };
}

function isEmpty({ body, bodyBase64 }: AnswerView): boolean {
  return !body && !bodyBase64;
}

function bytesOf({ body, bodyBase64 }: AnswerView): Uint8Array {
  if (bodyBase64 === undefined) return new TextEncoder().encode(body ?? '');
  return Uint8Array.from(atob(bodyBase64), (character) => character.charCodeAt(0));
}
