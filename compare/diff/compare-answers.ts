/**
 * Two answers to the same request, compared. Pure; any bytes are fine; what cannot be compared is said with its reason, never
 * passed off as equal.
 */
import type { HeaderList } from '../exchange.ts';
import { describe, diffBytes, sameBytes } from './bytes-diff.ts';
import { DEFAULT_FINDING_LIMITS, type Difference, type FindingLimits, Findings } from './difference.ts';
import { diffMessages } from './grpc-diff.ts';
import { diffHeaders, headerValue } from './header-diff.ts';
import { diffJson } from './json-diff.ts';
import type { Body, PreparedAnswer } from './prepared-answer.ts';
import { preview, shorten } from './preview.ts';
import { type CompiledRules, noRules } from './rule-matcher.ts';
import { diffTapes } from './tape-diff.ts';
import { diffText } from './text-diff.ts';

export interface CompareOptions {
  /** Of the request: an answer to HEAD has no body. */
  readonly method: string;
  /** If not specified, none. */
  readonly rules?: CompiledRules;
  /** Names in lower case of headers that are ignored by default but are to be compared. If not specified, none. */
  readonly alsoCompareHeaders?: ReadonlySet<string>;
  /** Header in lower case that names the version of the service, which differs by intent. Not compared. */
  readonly versionHeader?: string;
  readonly limits?: FindingLimits;
}

export interface Comparison {
  /**
   * - `compared`: everything was; without differences the answers are equal
   * - `truncated`: of a body only the beginning is known
   * - `not_comparable`: a body cannot be read, see `reason`
   *
   * In the last two, `differences` holds what differs in status and headers.
   */
  readonly outcome: 'compared' | 'truncated' | 'not_comparable';
  readonly reason?: string;
  readonly differences: readonly Difference[];
  /** Found beyond those that are listed. */
  readonly more: number;
  /** Differences that rules declared harmless, by the rule's id. */
  readonly hidden: ReadonlyMap<string, number>;
}

export function compareAnswers(
  primary: PreparedAnswer,
  candidate: PreparedAnswer,
  options: CompareOptions,
): Comparison {
  const rules = options.rules ?? noRules;
  const findings = new Findings(options.limits ?? DEFAULT_FINDING_LIMITS);
  if (compareStatus(primary, candidate, rules, findings) === 'only-one-succeeded')
    return comparison(findings, 'compared');
  compareHeaders(primary, candidate, options, rules, findings);
  if (hasNoBody(primary, options.method) || hasNoBody(candidate, options.method))
    return comparison(findings, 'compared');
  const incomplete = whyIncomplete(primary, candidate);
  if (incomplete) return comparison(findings, incomplete.outcome, incomplete.reason);
  if (primary.encoding === candidate.encoding && sameBytes(primary.answer.body, candidate.answer.body)) {
    return comparison(findings, 'compared');
  }
  if (compareUnparsed(primary, candidate, rules, findings)) return comparison(findings, 'compared');
  for (const { body } of [primary, candidate]) {
    // A candidate that its clients cannot read either is not beyond comparison: it is broken.
    const isBroken = body === candidate.body && body.form === 'unreadable' && body.damaged;
    if (body.form === 'unreadable' && !isBroken) return comparison(findings, 'not_comparable', body.reason);
  }
  compareBodies(primary.body, candidate.body, rules, findings);
  return comparison(findings, 'compared');
}

function comparison(findings: Findings, outcome: Comparison['outcome'], reason?: string): Comparison {
  const { differences, more, hidden } = findings;
  return { outcome, ...(reason !== undefined && { reason }), differences, more, hidden };
}

/**
 * An error in place of a success is one difference: that the error page lacks the success's fields and headers follows from
 * it, and would count against each of them.
 */
function compareStatus(
  primary: PreparedAnswer,
  candidate: PreparedAnswer,
  rules: CompiledRules,
  findings: Findings,
): 'comparable' | 'only-one-succeeded' {
  const isGrpc = primary.form === 'grpc' || candidate.form === 'grpc';
  if (primary.answer.status === candidate.answer.status && !isGrpc) return 'comparable';
  const codes = [
    [':status', primary.answer.status, candidate.answer.status, 400],
    [':grpc-status', grpcStatus(primary), grpcStatus(candidate), 1],
  ] as const;
  for (const [path, one, other, firstError] of codes) {
    if (one === other) continue;
    const { ignore } = rules.outside(path);
    if (ignore) {
      findings.hide(ignore.id);
      continue;
    }
    findings.add({
      kind: 'status',
      path,
      pointer: path,
      ...(one !== undefined && { primary: String(one) }),
      ...(other !== undefined && { candidate: String(other) }),
    });
    if (one === undefined || other === undefined) continue;
    if (one < firstError !== other < firstError) return 'only-one-succeeded';
  }
  return 'comparable';
}

/** In the trailers, or in the headers of an answer that has nothing else. Undefined: none, or this is no gRPC. */
function grpcStatus({ answer, form }: PreparedAnswer): number | undefined {
  if (form !== 'grpc') return undefined;
  const text = headerValue(answer.trailers, 'grpc-status') ?? headerValue(answer.headers, 'grpc-status');
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

const NONE: ReadonlySet<string> = new Set();
const COMPARED_AS_STATUS: ReadonlySet<string> = new Set(['grpc-status']);
/** They describe a body; where only one answer may have one, its status says so already. */
const OF_BODY = ['content-type', 'content-language', 'content-disposition', 'content-range'];

function compareHeaders(
  primary: PreparedAnswer,
  candidate: PreparedAnswer,
  { alsoCompareHeaders = NONE, versionHeader, method }: CompareOptions,
  rules: CompiledRules,
  findings: Findings,
): void {
  let except = COMPARED_AS_STATUS;
  if (hasNoBody(primary, method) !== hasNoBody(candidate, method)) except = new Set([...except, ...OF_BODY]);
  const one = headersAndTrailers(primary);
  const other = headersAndTrailers(candidate);
  const options = { alsoCompare: alsoCompareHeaders, except, versionHeader };
  diffHeaders('header', one.headers, other.headers, options, rules, findings);
  diffHeaders('trailer', one.trailers, other.trailers, options, rules, findings);
}

interface Parts {
  readonly headers: HeaderList;
  readonly trailers: HeaderList;
}

/** A gRPC answer without messages may send its trailers as headers. */
function headersAndTrailers({ answer, form }: PreparedAnswer): Parts {
  if (form !== 'grpc' || answer.trailers.length > 0) return answer;
  const isTrailer = ([name]: readonly [string, string]) => /^grpc-(?:status|message)/i.test(name);
  return {
    headers: answer.headers.filter((header) => !isTrailer(header)),
    trailers: answer.headers.filter(isTrailer),
  };
}

function hasNoBody({ answer: { status } }: PreparedAnswer, method: string): boolean {
  return (method !== 'GET' && method.toUpperCase() === 'HEAD') || status === 204 || status === 304 || status < 200;
}

function whyIncomplete(
  primary: PreparedAnswer,
  candidate: PreparedAnswer,
): { readonly outcome: 'truncated' | 'not_comparable'; readonly reason: string } | undefined {
  for (const prepared of [primary, candidate]) {
    const { answer, encoding } = prepared;
    if (!answer.truncated && answer.ended === 'complete') continue;
    const name = prepared === primary ? 'primary' : 'candidate';
    if (encoding !== '') {
      return { outcome: 'not_comparable', reason: `the ${name}'s body is compressed (${encoding}) and cut off` };
    }
    return {
      outcome: 'truncated',
      reason: `${answer.body.length} of the ${name}'s ${answer.bodyBytes} bytes are known`,
    };
  }
  return undefined;
}

/** @returns whether that was enough. A lone scalar may be plain text that only looks like JSON. */
function compareUnparsed(
  primary: PreparedAnswer,
  candidate: PreparedAnswer,
  rules: CompiledRules,
  findings: Findings,
): boolean {
  const one = primary.jsonText;
  const other = one && candidate.jsonText;
  return other !== undefined && diffTapes(one!, other, rules, findings);
}

function compareBodies(primary: Body, candidate: Body, rules: CompiledRules, findings: Findings): void {
  if (primary.form === 'json' && candidate.form === 'json') {
    diffJson(primary.value, candidate.value, rules, findings);
  } else if (primary.form === 'text' && candidate.form === 'text') {
    diffText(primary.text, candidate.text, rules, findings);
  } else if (primary.form === 'grpc' && candidate.form === 'grpc') {
    diffMessages(primary.messages, candidate.messages, rules, findings);
  } else if (primary.form === 'bytes' && candidate.form === 'bytes') {
    diffBytes(primary.bytes, candidate.bytes, ':body', rules, findings);
  } else if (primary.form !== candidate.form) differentForms(primary, candidate, rules, findings);
}

function differentForms(primary: Body, candidate: Body, rules: CompiledRules, findings: Findings): void {
  const { ignore } = rules.outside(':body');
  if (ignore) {
    findings.hide(ignore.id);
    return;
  }
  const kind = primary.form === 'none' ? 'extra' : candidate.form === 'none' ? 'missing' : 'type';
  findings.add({
    kind,
    path: ':body',
    pointer: ':body',
    ...(primary.form !== 'none' && { primary: show(primary) }),
    ...(candidate.form !== 'none' && { candidate: show(candidate) }),
  });
}

function show(body: Exclude<Body, { form: 'none' }>): string {
  switch (body.form) {
    case 'json':
      return `JSON: ${preview(body.value)}`;
    case 'text':
      return `${body.invalidJson ? 'not valid JSON' : 'text'}: ${shorten(body.text)}`;
    case 'bytes':
      return describe(body.bytes);
    case 'grpc':
      return `${body.messages.length} gRPC messages`;
    case 'unreadable':
      return body.reason;
  }
}
