/** Calls of the API. What it refuses is thrown with its own words and its code. */
import type { Problem } from '../../xds-server/api/problem.ts';
import { noteRole } from './role.ts';
import { authorization, tellUnauthenticated } from './token.ts';

export class ApiError extends Error {
  /** Stable, as docs/errors.md lists them; `UNREACHABLE` when nothing answered. */
  readonly code: string;
  readonly status: number;
  /** What exactly is wrong with an input, by its part. */
  readonly errors: ReadonlyArray<{ readonly path: string; readonly message: string }>;

  constructor(message: string, code: string, status: number, errors: ApiError['errors'] = []) {
    super(message);
    this.code = code;
    this.status = status;
    this.errors = errors;
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** `/mirrors/orders/verdict?epoch=2`, below /api/v1; what is undefined is left out. */
export function pathOf(parts: readonly string[], query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return `/${parts.map(encodeURIComponent).join('/')}${text && `?${text}`}`;
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>(path, { ...(signal && { signal }) });
}

/**
 * @param actor who is recorded to have made the change.
 * @param options with `ifRevision` it is refused when somebody has changed the same since then.
 */
export async function sendJson<T>(
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  actor = 'page',
  { ifRevision }: { readonly ifRevision?: number } = {},
): Promise<T> {
  const headers: Record<string, string> = { 'x-shadowplane-actor': actor };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (ifRevision !== undefined) headers['if-match'] = `"${ifRevision}"`;
  return call<T>(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

async function call<T>(path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { ...init, headers: { ...init.headers, ...authorization() } });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError('The control plane does not answer. Is it still running?', 'UNREACHABLE', 0);
  }
  noteRole(response.headers.get('x-shadowplane-role'));
  const text = await response.text();
  const body = parse(text);
  if (response.ok) return body as T;
  if (response.status === 401) tellUnauthenticated();
  const { detail, title, code, errors } = (body ?? {}) as Partial<Problem>;
  throw new ApiError(detail ?? title ?? `HTTP ${response.status}`, code ?? 'UNKNOWN', response.status, errors);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
