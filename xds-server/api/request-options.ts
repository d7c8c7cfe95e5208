import type { FastifyRequest } from 'fastify';
import { ShadowplaneError } from '../../errors/index.ts';
import { parseDurationMs } from '../policy/index.ts';

/** Longer than any Envoy takes, shorter than what proxies in between allow. */
const MAX_WAIT_MS = 60_000;
const RESERVED_ACTORS = ['file', 'rollback', 'rollout', 'none'];
const DEFAULT_ACTOR = 'api';

export interface WriteRequest {
  /** Who is said to make the change; shown with the revision. */
  readonly actor: string;
  /** The revision that the change was made for; absent: whichever is current. */
  readonly ifRevision?: number;
  /** How long to hold the answer until the Envoys have the change; absent: not at all. */
  readonly waitMs?: number;
}

/** What headers and query say about a write. @throws ShadowplaneError REQUEST_INVALID naming the part. */
export function readWriteRequest(request: FastifyRequest): WriteRequest {
  const ifRevision = readIfMatch(request.headers['if-match']);
  const waitMs = readWait((request.query as { wait?: unknown }).wait);
  return {
    actor: readActor(request.headers['x-shadowplane-actor']),
    ...(ifRevision !== undefined && { ifRevision }),
    ...(waitMs !== undefined && { waitMs }),
  };
}

export function entityTag(revision: number): string {
  return `"${revision}"`;
}

function readActor(header: string | string[] | undefined): string {
  if (header === undefined) return DEFAULT_ACTOR;
  if (
    typeof header !== 'string' ||
    !/^[\x21-\x7e][\x20-\x7e]{0,99}$/.test(header) ||
    RESERVED_ACTORS.includes(header)
  ) {
    throw refused(
      'x-shadowplane-actor',
      `must be 1 to 100 printable characters and none of ${RESERVED_ACTORS.join(', ')}`,
    );
  }
  return header;
}

function readIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const match = /^"?(\d{1,15})"?$/.exec(header.trim());
  if (!match) throw refused('if-match', 'must be a revision as the ETag header says it, such as "7"');
  return Number(match[1]);
}

function readWait(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  let waitMs: number;
  try {
    waitMs = parseDurationMs(value);
  } catch (cause) {
    throw refused('wait', cause instanceof Error ? cause.message : String(cause));
  }
  if (waitMs > MAX_WAIT_MS) throw refused('wait', 'is at most 60s');
  return waitMs;
}

function refused(path: string, message: string): ShadowplaneError {
  return new ShadowplaneError('REQUEST_INVALID', `${path}: ${message}`, { problems: [{ path, message }] });
}
