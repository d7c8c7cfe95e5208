import { ShadowplaneError } from '../../../errors/index.ts';
import type { ShadowGuard } from '../shadow-guard.ts';

/** Which calls a rule is for. */
export interface OutgoingRule {
  /** An address: calls to it and to paths below it. A RegExp is tried on the whole address. */
  readonly url: string | RegExp;
  /** Default: every method. */
  readonly methods?: readonly string[];
}

export interface StubRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: Buffer;
}

export interface StubAnswer {
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. Default: empty. */
  readonly body?: string | object;
}

export interface OutgoingStub extends OutgoingRule {
  /** What the other side would have answered. */
  readonly answer: StubAnswer | ((request: StubRequest) => StubAnswer | Promise<StubAnswer>);
}

export interface OutgoingOptions {
  /** Calls that are answered here, safe ones too. The first that matches counts. */
  readonly stubs?: readonly OutgoingStub[];
  /** Calls that may go out although their method is not safe: a search by POST, a telemetry collector, a guarded service. */
  readonly allow?: readonly OutgoingRule[];
}

export type Decision =
  | { readonly action: 'pass' }
  | { readonly action: 'stub'; readonly stub: OutgoingStub }
  | { readonly action: 'refuse' };

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** What becomes of a call that shadow work makes: a stub answers, or it passes (a safe method, an allowed one), or neither. */
export function decide(method: string, url: URL, options: OutgoingOptions): Decision {
  const stub = options.stubs?.find((rule) => matches(rule, method, url));
  if (stub) return { action: 'stub', stub };
  if (SAFE.has(method) || options.allow?.some((rule) => matches(rule, method, url))) return { action: 'pass' };
  return { action: 'refuse' };
}

export function refusal(guard: ShadowGuard, method: string, url: URL): ShadowplaneError {
  guard.suppressed('outgoing-http');
  // Without the query, which may hold what no log should.
  const call = `${method} ${url.origin}${url.pathname}`;
  return new ShadowplaneError('SHADOW_REFUSED', `${call} was not sent: shadow work; declare a stub for it or allow it`);
}

export async function answerOf(
  guard: ShadowGuard,
  stub: OutgoingStub,
  request: StubRequest,
): Promise<Required<StubAnswer>> {
  guard.suppressed('outgoing-http');
  const { answer } = stub;
  const { status = 200, headers = {}, body = '' } = typeof answer === 'function' ? await answer(request) : answer;
  if (typeof body === 'string') return { status, headers, body };
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function matches(rule: OutgoingRule, method: string, url: URL): boolean {
  if (rule.methods && !rule.methods.some((one) => one.toUpperCase() === method)) return false;
  if (rule.url instanceof RegExp)
    return new RegExp(rule.url.source, rule.url.flags.replace(/[gy]/g, '')).test(url.href);
  const wanted = new URL(rule.url);
  const path = wanted.pathname.replace(/\/$/, '');
  return url.origin === wanted.origin && (url.pathname === path || url.pathname.startsWith(`${path}/`));
}
