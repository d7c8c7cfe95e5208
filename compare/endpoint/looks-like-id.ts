/**
 * Tells names that stand for one thing among many (`8217`, a UUID, `A-100234`, `2026-03-01`) from names that a person gave
 * to a resource or field (`orders`, `v2`, `address1`). By shape alone, so the same text always gets the same answer.
 */

const NUMBER = /^[+-]?\d+(?:[.,]\d+)*$/;
const UUID = /^\{?[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}\}?$/i;
const HEX = /^(?:0x)?[\da-f]{16,}$/i;
const SHORT_HEX = /^[\da-f]{7,}$/;
const ULID = /^[0-7][\dA-HJKMNP-TV-Z]{25}$/i;
const DATE = /^\d{4}-\d{2}(?:-\d{2}(?:[T ]\d{2}[:.]?\d{2}.*)?)?$/;
const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;
const TOKEN = /^[\w-]{20,}=*$/;
/** `R-5385`; with a longer word three digits may name a standard (`SHA-256`). */
const PREFIXED = /^(?:[A-Z]{1,2}[-_]\d{3,}|[A-Z]{3,8}[-_]\d{4,})$/;
/** Fewer digits may be a version or a position (`v2`, `utf8`, `oauth2`, `address1`, `iso8601`). */
const MIN_DIGITS = 5;

export function looksLikeId(text: string): boolean {
  const digits = countDigits(text);
  // An address needs no digit; everything else here does.
  if (digits === 0) return text.includes('@') && text.length <= 254 && EMAIL.test(text);
  if (digits >= MIN_DIGITS && text.length < 64 && !text.includes(' ')) return true;
  return (
    NUMBER.test(text) ||
    UUID.test(text) ||
    HEX.test(text) ||
    (SHORT_HEX.test(text) && /[a-f]/.test(text)) ||
    ULID.test(text) ||
    DATE.test(text) ||
    PREFIXED.test(text) ||
    (TOKEN.test(text) && /[A-Z]/.test(text) && /[a-z]/.test(text))
  );
}

function countDigits(text: string): number {
  let digits = 0;
  for (let at = 0; at < text.length && digits < MIN_DIGITS; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) digits++;
  }
  return digits;
}
