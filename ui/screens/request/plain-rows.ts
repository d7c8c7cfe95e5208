/** Bodies that are no JSON side by side: text by line, other bytes by their places. */
import { align } from './align.ts';
import type { AtPath } from './folded-paths.ts';
import { merge, rowState } from './json-rows.ts';
import type { Row } from './rows.ts';

export function textRows(
  texts: ReadonlyArray<string | undefined>,
  differences: readonly AtPath[],
  noise: readonly AtPath[],
): Row[] {
  const [primary = [], ...others] = texts.map((text) => text?.split(/\r?\n/));
  const partners = others.map((lines) => (lines ? align(primary, lines) : []));
  return merge(primary.length, partners).map((indices) =>
    plainRow(
      [primary, ...others].map((lines, column) => lines?.[indices[column] ?? -1]),
      differences,
      noise,
    ),
  );
}

const BYTES_A_ROW = 8;

export function hexRows(
  bodies: ReadonlyArray<Uint8Array | undefined>,
  differences: readonly AtPath[],
  noise: readonly AtPath[],
): Row[] {
  const length = Math.max(...bodies.map((body) => body?.length ?? 0));
  const rows: Row[] = [];
  for (let at = 0; at < length; at += BYTES_A_ROW) {
    const texts = bodies.map((body) => (body && at < body.length ? hexLine(body, at) : undefined));
    rows.push(plainRow(texts, differences, noise));
  }
  return rows;
}

function plainRow(
  texts: ReadonlyArray<string | undefined>,
  differences: readonly AtPath[],
  noise: readonly AtPath[],
): Row {
  const [primary, candidate, control] = texts;
  const controlDiffers = texts.length > 2 && control !== primary;
  const state = rowState({
    candidateDiffers: candidate !== primary,
    controlDiffers,
    isReported: () => differences.some(isOfBody),
    isNoise: () => controlDiffers && noise.some(isOfBody),
  });
  return {
    path: [],
    cells: texts.map((text) => (text === undefined ? undefined : { depth: 0, text })),
    state,
    kinds: [],
  };
}

function isOfBody({ path }: AtPath): boolean {
  return path === '' || /^[:/](?:body|message|$)/.test(path);
}

function hexLine(bytes: Uint8Array, at: number): string {
  const part = [...bytes.subarray(at, at + BYTES_A_ROW)];
  const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const text = part.map((byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
  return `${at.toString(16).padStart(6, '0')}  ${hex.padEnd(BYTES_A_ROW * 3)} ${text}`;
}
