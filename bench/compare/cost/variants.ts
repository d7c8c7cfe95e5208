/**
 * What is measured against what: one request, mirrored by Envoy in every variant, and answered by primary and shadow with
 * a body of the same size. Variants differ in what mirrors, and in what is kept of both answers.
 */
export type Kind = 'native' | 'marked' | 'select' | 'capture' | 'ext-proc';

export interface Variant {
  /** Also the name of its listener and of its mirror. */
  readonly name: string;
  readonly label: string;
  readonly kind: Kind;
  readonly bodyBytes: number;
  /** Whether the shadow's body differs from the primary's, in one byte. */
  readonly differing: boolean;
}

const KIB = 1024;
/** The size that the aims are about comes first. */
export const SIZES = [1 * KIB, 32 * KIB] as const;
export type Size = (typeof SIZES)[number];

const KINDS: ReadonlyArray<readonly [name: string, label: string, kind: Kind, differing?: boolean]> = [
  ['native', 'native mirror', 'native'],
  ['native-again', 'native mirror again (A/A)', 'native'],
  ['marked', 'native mirror, markers on the copy', 'marked'],
  ['select', 'our selection', 'select'],
  ['capture', 'our selection and capture', 'capture'],
  ['capture-differing', 'the same, bodies differ', 'capture', true],
  ['ext-proc', 'native mirror, capture by ext_proc', 'ext-proc'],
];

export const VARIANTS: readonly Variant[] = SIZES.flatMap((bodyBytes) =>
  KINDS.map(([name, label, kind, differing = false]) => ({
    name: variantName(name, bodyBytes),
    label,
    kind,
    bodyBytes,
    differing,
  })),
);

/** `capture-1k` */
export function variantName(name: string, bodyBytes: number): string {
  return `${name}-${bodyBytes / KIB}k`;
}

/** JSON of exactly this size. */
export function bodyOf(bytes: number, differing: boolean): string {
  const frame = JSON.stringify({ total: differing ? '12.51' : '12.50', note: '' });
  return frame.replace('"note":""', `"note":"${'n'.repeat(bytes - frame.length)}"`);
}

/** As a browser sends them, and one that puts it into the mirror's segment. */
export const REQUEST = {
  path: '/api/orders/4711',
  headers: [
    ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36'],
    ['accept', 'application/json'],
    ['accept-language', 'en-GB'],
    ['cookie', 'session=7f3c9a51d0e84b62'],
    ['x-region', 'eu-west-1'],
    ['x-request-id', '7f3c9a51-d0e8-4b62-9a51-7f3c9a51d0e8'],
  ],
} as const;
