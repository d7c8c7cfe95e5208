/** When a thing was last written, by what whoever has it says of it: for things that were made by requests nobody captured. */
import { type Body, PreparedAnswer } from '../diff/index.ts';
import type { Answer } from '../exchange.ts';
import type { Lack } from './drift.ts';

const CREATED =
  /^(?:created|inserted|placed)(?:_?(?:at|on|time|date|timestamp))?$|^creation_?(?:time|date|timestamp)$/i;
const CHANGED =
  /^(?:updated|modified|changed|last_?(?:modified|updated|changed))(?:_?(?:at|on|time|date|timestamp))?$|^(?:modification|update)_?(?:time|date|timestamp)$/i;
const MAX_DEPTH = 3;
const MAX_LOOKED_AT = 500;

/**
 * The latest time under a name such as `createdAt`, which is what explains that the other does not know of it; for a
 * conflict also `updatedAt` and the header `last-modified`. Undefined when it says nothing.
 *
 * @returns milliseconds since 1970
 */
export function writtenAt(answer: Answer, how: Lack['how']): number | undefined {
  const isConflict = how === 'conflict';
  const header = isConflict ? answer.headers.findLast(([name]) => name === 'last-modified')?.[1] : undefined;
  const times = header === undefined ? [] : [Date.parse(header)];
  const body: Body = answer.truncated ? { form: 'none' } : new PreparedAnswer(answer).body;
  const isName = (key: string) => CREATED.test(key) || (isConflict && CHANGED.test(key));
  if (body.form === 'json') times.push(...timesUnder(body.value, isName));
  const known = times.filter(Number.isFinite);
  return known.length === 0 ? undefined : Math.max(...known);
}

function timesUnder(value: unknown, isName: (key: string) => boolean): number[] {
  const times: number[] = [];
  let left = MAX_LOOKED_AT;
  const walk = (at: unknown, depth: number): void => {
    if (typeof at !== 'object' || at === null || depth > MAX_DEPTH) return;
    for (const [key, child] of Object.entries(at)) {
      left -= 1;
      if (left < 0) return;
      if (isName(key)) times.push(timeOf(child));
      else walk(child, depth + 1);
    }
  };
  walk(value, 1);
  return times;
}

/** 2001-09-09 to 2100, in seconds. */
const EPOCH_SECONDS = { from: 1e9, to: 4_102_444_800 };

function timeOf(value: unknown): number {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(value)) return Date.parse(value);
  if (typeof value !== 'number') return Number.NaN;
  for (const unit of [1, 1e3, 1e6]) {
    if (value >= EPOCH_SECONDS.from * unit && value < EPOCH_SECONDS.to * unit) return (value / unit) * 1e3;
  }
  return Number.NaN;
}
