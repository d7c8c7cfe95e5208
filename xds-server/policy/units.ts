import { invalid } from './problems.ts';

const DURATION_UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const SIZE_UNITS_BYTES = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, kB: 1_000, MB: 1e6, GB: 1e9 } as const;
const QUANTITY = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/;

/**
 * Reads `200ms`, `5s`, `1.5m`, `1h` into whole milliseconds. A bare number is refused except 0, because 5 could be
 * seconds or milliseconds.
 *
 * @throws ShadowplaneError POLICY_INVALID when it is no duration or finer than a millisecond.
 */
export function parseDurationMs(value: unknown): number {
  if (value === 0 || value === '0') return 0;
  const milliseconds = scaled(value, DURATION_UNITS_MS);
  if (milliseconds === undefined) throw invalid(`${shown(value)} is not a duration; write it such as 200ms, 5s or 2m`);
  if (!Number.isInteger(milliseconds)) throw invalid(`${shown(value)} is finer than a millisecond`);
  return milliseconds;
}

/**
 * Reads `8MiB`, `64KiB`, `500kB`, or a whole number of bytes.
 *
 * @throws ShadowplaneError POLICY_INVALID when it is no size or no whole number of bytes.
 */
export function parseSizeBytes(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  const bytes = scaled(value, SIZE_UNITS_BYTES);
  if (bytes === undefined) throw invalid(`${shown(value)} is not a size; write it such as 8MiB or 64KiB`);
  if (!Number.isInteger(bytes)) throw invalid(`${shown(value)} is no whole number of bytes`);
  return bytes;
}

/** The shortest text that `parseDurationMs` reads back: 90000 -> `90s`, 200 -> `200ms`. */
export function formatDuration(milliseconds: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    if (milliseconds >= DURATION_UNITS_MS[unit] && milliseconds % DURATION_UNITS_MS[unit] === 0) {
      return `${milliseconds / DURATION_UNITS_MS[unit]}${unit}`;
    }
  }
  return `${milliseconds}ms`;
}

/** The shortest text in binary units that `parseSizeBytes` reads back: 8388608 -> `8MiB`. */
export function formatSize(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB'] as const) {
    if (bytes >= SIZE_UNITS_BYTES[unit] && bytes % SIZE_UNITS_BYTES[unit] === 0) {
      return `${bytes / SIZE_UNITS_BYTES[unit]}${unit}`;
    }
  }
  return `${bytes}B`;
}

/** Decimal arithmetic by hand: 0.1s is exactly 100 ms and 2.3kB exactly 2300 bytes. */
function scaled(value: unknown, units: Readonly<Record<string, number>>): number | undefined {
  const match = typeof value === 'string' ? QUANTITY.exec(value.trim()) : null;
  if (!match || !Object.hasOwn(units, match[2]!)) return undefined;
  const [whole = '', fraction = ''] = match[1]!.split('.');
  const digits = Number(whole + fraction);
  const result = (digits * units[match[2]!]!) / 10 ** fraction.length;
  return Number.isSafeInteger(digits) && result <= Number.MAX_SAFE_INTEGER ? result : undefined;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
