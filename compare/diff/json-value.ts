/** JSON with numbers that keep their exact decimal value. */

export type Json = null | boolean | number | string | ExactNumber | Json[] | JsonObject;

export interface JsonObject {
  [key: string]: Json;
}

/**
 * A number that a double would change: more than 15 significant digits, or an exponent near the limits. Two of them are
 * the same number exactly if their keys are the same, and none equals a number that is kept as a double.
 */
export class ExactNumber {
  // Private, so that no key is found in it: it is no container, but to ask each container for that would take long.
  readonly #text: string;
  readonly #key: string;

  constructor(text: string, key: string) {
    this.#text = text;
    this.#key = key;
  }

  /** As it was written. */
  get text(): string {
    return this.#text;
  }

  /** Sign, significant digits without zeros at either end, and exponent: the same for `10.0e1` and `100`. */
  get key(): string {
    return this.#key;
  }
}

const NUMBER = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
/** Every decimal of at most 15 significant digits in this range has a double of its own. */
export const MAX_DOUBLE_DIGITS = 15;
const DOUBLE_EXPONENT = 300;

/** The value of a JSON number token: a double where that is exact enough to tell decimals apart, else an ExactNumber. */
export function numberFromText(text: string): number | ExactNumber {
  if (text.length <= MAX_DOUBLE_DIGITS && !/[eE]/.test(text)) return Number(text) || 0;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = NUMBER.exec(text) ?? [];
  const written = whole + fraction;
  const withoutLeading = stripLeadingZeros(written);
  const digits = stripTrailingZeros(withoutLeading);
  if (digits === '') return 0;
  const zerosCut = withoutLeading.length - digits.length;
  const exponent = BigInt(exponentText.replace('+', '')) + BigInt(zerosCut - fraction.length);
  const magnitude = exponent + BigInt(digits.length);
  const inRange = magnitude < DOUBLE_EXPONENT && magnitude > -DOUBLE_EXPONENT;
  return digits.length <= MAX_DOUBLE_DIGITS && inRange
    ? Number(text)
    : new ExactNumber(text, `${sign}${digits}e${exponent}`);
}

// Loops, because a regular expression for trailing zeros takes quadratic time on long runs that end otherwise.
function stripLeadingZeros(digits: string): string {
  let from = 0;
  while (digits.charCodeAt(from) === 0x30) from++;
  return digits.slice(from);
}

function stripTrailingZeros(digits: string): string {
  let to = digits.length;
  while (to > 0 && digits.charCodeAt(to - 1) === 0x30) to--;
  return digits.slice(0, to);
}

export function isContainer(value: Json | undefined): value is Json[] | JsonObject {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return isContainer(value) && !Array.isArray(value);
}

/** The JSON type's name; every number is one. */
export function typeName(value: Json): 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof ExactNumber) return 'number';
  return typeof value as 'boolean' | 'number' | 'string' | 'object';
}

/** Sets a key whatever its name is: plain assignment of `__proto__` would change the object's prototype. */
export function setKey(object: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else object[key] = value;
}
