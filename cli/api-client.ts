import { ERROR_CODES, type ErrorCode, type InputProblem, ShadowplaneError } from '../errors/index.ts';
import { readApiTls, sendHttp, tlsProblem } from './api-tls.ts';
import { type ApiConnection, readApiToken } from './api-token.ts';

export interface ApiClient {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  send<T>(
    method: 'PUT' | 'PATCH' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    options?: { readonly ifRevision?: number | undefined },
  ): Promise<T>;
}

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly InputProblem[];
}

/** Longer than the longest `--wait`. */
const TIMEOUT_MS = 70_000;

/**
 * The HTTP API of a running control plane. An answer that is no success becomes the same error that the control plane
 * raised, with its code and its problems.
 *
 * @throws ShadowplaneError API_UNREACHABLE when nothing answers, USAGE when the URL or the file of the token is none.
 */
export function createApiClient(connection: ApiConnection, env: NodeJS.ProcessEnv): ApiClient {
  const url = connection.api;
  const token = readApiToken(connection, env);
  const base = apiBase(url);
  const tls = readApiTls(connection, base);
  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    { ifRevision }: { readonly ifRevision?: number | undefined } = {},
  ): Promise<T> {
    const init = {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        'x-shadowplane-actor': 'cli',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ifRevision === undefined ? {} : { 'if-match': `"${ifRevision}"` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const { status, text } = await sendHttp(`${base}${path}`, init, tls).catch((cause: unknown) => {
      const problem = tlsProblem(cause);
      if (problem !== undefined) {
        throw new ShadowplaneError('API_UNREACHABLE', `no secure connection to ${url}: ${problem}`, { cause });
      }
      throw new ShadowplaneError(
        'API_UNREACHABLE',
        `no control plane answers at ${url}\nStart one with "shadowplane up" or name another with --api URL (or SHADOWPLANE_API).`,
        { cause },
      );
    });
    const answer = parse(text);
    if (status < 200 || status > 299) throw toError(answer, status, url);
    if (answer === undefined && text !== '') {
      throw new ShadowplaneError('API_UNREACHABLE', `${url} answers, but not as a Shadowplane control plane`);
    }
    return answer as T;
  }
  return { url, get: (path) => call('GET', path), send: call };
}

function apiBase(url: string): string {
  const withScheme = /^https?:\/\//.test(url) ? url : `http://${url}`;
  if (!URL.canParse(withScheme)) throw new ShadowplaneError('USAGE', `--api ${url} is not a URL`);
  return `${new URL(withScheme).href.replace(/\/+$/, '')}/api/v1`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toError(answer: unknown, status: number, url: string): ShadowplaneError {
  const problem: Problem = typeof answer === 'object' && answer !== null ? answer : {};
  const message = problem.detail ?? problem.title ?? `${url} answers ${status}`;
  const known = problem.code !== undefined && Object.hasOwn(ERROR_CODES, problem.code);
  const code: ErrorCode = known ? (problem.code as ErrorCode) : 'API_UNREACHABLE';
  return new ShadowplaneError(code, message, { problems: problem.errors ?? [] });
}
