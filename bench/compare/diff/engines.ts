/** The engines that are compared, all asked the same: what differs between these two bodies? */
import { create } from 'jsondiffpatch';
import microdiff from 'microdiff';
import { Findings } from '../../../compare/diff/difference.ts';
import { compareAnswers, PreparedAnswer } from '../../../compare/diff/index.ts';
import { diffJson } from '../../../compare/diff/json-diff.ts';
import type { Json } from '../../../compare/diff/json-value.ts';
import { noRules } from '../../../compare/diff/rule-matcher.ts';
import type { Answer } from '../../../compare/exchange.ts';

export interface Engine {
  readonly name: string;
  /** Of values that `JSON.parse` has made. @returns the differences, in the engine's own shape. */
  fromParsed(primary: unknown, candidate: unknown): unknown;
  /** From the bytes of two bodies; ours compares two whole answers, with status and headers. */
  fromBytes(primary: Uint8Array, candidate: Uint8Array): unknown;
  /** How many differences it reports. */
  count(primary: unknown, candidate: unknown): number;
}

export const OURS = 'shadowplane';

/** Its documentation asks for `objectHash` where array elements have an id; without it, it matches elements by position. */
const patcher = create({
  objectHash: (element: object) => {
    const { id, sku } = element as { id?: string; sku?: string };
    return id ?? sku;
  },
});

export const ENGINES: readonly Engine[] = [
  {
    name: OURS,
    fromParsed: ourDifferences,
    fromBytes: (primary, candidate) => compareAnswers(prepared(primary), prepared(candidate), { method: 'GET' }),
    count: (primary, candidate) => ourDifferences(primary, candidate).count,
  },
  library(
    'jsondiffpatch',
    (primary, candidate) => patcher.diff(primary, candidate),
    (delta) => countLeaves(delta),
  ),
  library(
    'microdiff',
    (primary, candidate) => microdiff(primary as object, candidate as object),
    (found) => found.length,
  ),
];

function ourDifferences(primary: unknown, candidate: unknown): Findings {
  const findings = new Findings();
  diffJson(primary as Json, candidate as Json, noRules, findings);
  return findings;
}

function library<T>(
  name: string,
  differ: (primary: unknown, candidate: unknown) => T,
  count: (found: T) => number,
): Engine {
  return {
    name,
    fromParsed: differ,
    fromBytes: (primary, candidate) => differ(parse(primary), parse(candidate)),
    count: (primary, candidate) => count(differ(primary, candidate)),
  };
}

/** A delta is a tree; arrays are its leaves. */
function countLeaves(delta: unknown): number {
  if (Array.isArray(delta)) return 1;
  if (typeof delta !== 'object' || delta === null) return 0;
  return Object.values(delta).reduce<number>((sum, child) => sum + countLeaves(child), 0);
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
}

function prepared(body: Uint8Array): PreparedAnswer {
  const answer: Answer = {
    status: 200,
    headers: [
      ['content-type', 'application/json'],
      ['date', 'Sat, 21 Nov 2026 10:00:00 GMT'],
    ],
    trailers: [],
    body,
    bodyBytes: body.length,
    truncated: false,
    localReply: false,
    ended: 'complete',
    headersMs: 1,
    lastByteMs: 2,
  };
  return new PreparedAnswer(answer);
}
