/** Undoes `content-encoding`. The output is bounded, so an answer that decompresses without end costs no more than one. */
import * as zlib from 'node:zlib';

export type Decoded =
  | { readonly bytes: Uint8Array }
  /** Why it cannot be undone, for a reader of the report. `damaged`: by nobody, because the bytes are not what they are said to be. */
  | { readonly failure: string; readonly damaged: boolean };

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/** Node has zstd since 22.15; the pure JavaScript decoders on npm do not bound their output. */
const zstd = (zlib as { zstdDecompressSync?: Decoder }).zstdDecompressSync;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', zlib.gunzipSync],
  ['x-gzip', zlib.gunzipSync],
  ['deflate', inflate],
  ['br', zlib.brotliDecompressSync],
  ...(zstd ? ([['zstd', zstd]] as const) : []),
]);

/** More layers than this are nobody's intention. */
const MAX_LAYERS = 3;

/** @param encoding The header's value, such as `gzip` or `gzip, br`; the last was applied last. */
export function undoContentEncoding(encoding: string, bytes: Uint8Array, maxBytes: number): Decoded {
  const layers = encodingLayers(encoding);
  if (layers.length > MAX_LAYERS) return { failure: `encoded ${layers.length} times`, damaged: false };
  if (bytes.length === 0) return { bytes };
  let plain = bytes;
  for (const name of layers.reverse()) {
    const decode = DECODERS.get(name);
    if (!decode) {
      return {
        failure: name === 'zstd' ? 'zstd needs Node 22.15 or newer' : `unknown encoding ${name}`,
        damaged: false,
      };
    }
    try {
      plain = decode(plain, { maxOutputLength: maxBytes });
    } catch (error) {
      const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      return tooLarge
        ? { failure: `more than ${maxBytes} bytes when decompressed`, damaged: false }
        : { failure: `not valid ${name}`, damaged: true };
    }
  }
  return { bytes: plain };
}

/** The encodings in the order in which they were applied, in lower case, without `identity`. */
export function encodingLayers(encoding: string): string[] {
  if (encoding === '') return [];
  return encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
}

/** By the standard `deflate` is zlib's format; some servers send it without zlib's header. */
function inflate(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array {
  try {
    return zlib.inflateSync(bytes, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw error;
    return zlib.inflateRawSync(bytes, options);
  }
}
