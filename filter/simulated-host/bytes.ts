/** Text or raw bytes; header values may hold what is no valid UTF-8. */
export type BytesLike = string | Uint8Array;

export function toBytes(value: BytesLike): Buffer {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value);
}
