import type { Looks, ValueFormat } from '../judge/index.ts';

/**
 * How the primary's values of a field look where the candidate differs: their format, and whether they repeat. It is all
 * that hints at noise where there is no control. A value becomes one number in the thread that has it; a field keeps 256
 * bytes of them, whatever their number.
 */
const FORMATS: readonly ValueFormat[] = [
  'time',
  'uuid',
  'hash',
  'integer',
  'decimal',
  'text',
  'enum',
  'boolean',
  'structure',
];
const FORMAT_BITS = 4;

/** Of a value as differences show it (JSON text, other text as it is): its format in the low bits, above them a hash. */
export function lookAt(value: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < value.length; at += 1) hash = Math.imul(hash ^ value.charCodeAt(at), 0x01000193);
  // The low bits of this hash (FNV-1a) are its weak ones, so the high ones are mixed in before they are dropped.
  hash ^= hash >>> 15;
  return (Math.imul(hash, 0x2c1b3c6d) & (-1 << FORMAT_BITS)) | FORMATS.indexOf(formatOf(value));
}

function formatOf(value: string): ValueFormat {
  const text = value.startsWith('"') ? value.slice(1, -1) : value;
  if (/^\d{4}-\d{2}-\d{2}(?:[T ]|$)/.test(text) || /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4}/.test(text))
    return 'time';
  if (/^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(text)) return 'uuid';
  if (/^1\d{9}(?:\d{3}){0,3}$/.test(text)) return 'time';
  if (/^-?\d+$/.test(text)) return 'integer';
  if (/^-?\d+\.\d+(?:[eE][+-]?\d+)?$/.test(text)) return 'decimal';
  if (/^(?:[\da-f]{16,}|[\w+/-]{40,}=*)$/i.test(text)) return 'hash';
  if (text === 'true' || text === 'false') return 'boolean';
  return value.startsWith('{') || value.startsWith('[') ? 'structure' : 'text';
}

const BITS = 2_048;
/** The estimate is good to a few percent up to about so many; then enough is known. */
const MAX_OBSERVED = 4_096;
const MAX_ENUM_VALUES = 12;
const MIN_ENUM_OBSERVED = 50;

/** Counts distinct values by linear counting (Whang et al. 1990): a bit for each hash, and the share that is still free. */
export class LooksSketch {
  readonly #bits = new Uint32Array(BITS / 32);
  #observed = 0;
  #free = BITS;
  #format: ValueFormat | undefined;

  /** @param look what `lookAt` returned. */
  observe(look: number): void {
    if (this.#observed >= MAX_OBSERVED) return;
    this.#observed += 1;
    const format = FORMATS[look & ((1 << FORMAT_BITS) - 1)] ?? 'text';
    this.#format = this.#format === undefined || this.#format === format ? format : 'text';
    const bit = (look >>> FORMAT_BITS) % BITS;
    const mask = 1 << (bit & 31);
    if (this.#bits[bit >>> 5]! & mask) return;
    this.#bits[bit >>> 5]! |= mask;
    this.#free -= 1;
  }

  /** Undefined while nothing was observed. */
  read(): Looks | undefined {
    if (this.#format === undefined) return undefined;
    const distinct = Math.min(this.#observed, BITS * Math.log(BITS / Math.max(this.#free, 1)));
    const few = distinct <= MAX_ENUM_VALUES && this.#observed >= MIN_ENUM_OBSERVED;
    const repeats = few && (this.#format === 'text' || this.#format === 'integer');
    return { format: repeats ? 'enum' : this.#format, distinctShare: distinct / this.#observed };
  }
}
