/**
 * What answers to copies say of the shadow guard: it puts a header on the answer to everything that it has guarded. Only
 * answers to requests that change something are looked at, and of them only successes of the service itself: what stands in
 * front of a service, or behind its guard, answers failures by itself.
 */
import type { HeaderList } from '../exchange.ts';
import { type Half, readAnswer, type Side } from '../ingest/index.ts';
import type { Joined } from '../join/index.ts';

export interface GuardSign {
  readonly mirror: string;
  /** Whose version the service is that was sent the copy. */
  readonly side: Side;
  /** `POST /api/orders/{id}` */
  readonly endpoint: string;
  /** The answer has the guard's header. */
  readonly guarded: boolean;
  /** It was the answer to a user, whom the service has taken for a copy. */
  readonly ofUser?: true;
}

const GUARD_HEADER = 'x-shadow-guard';
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

export function guardSigns({ mirror, primary, candidate, control }: Joined, endpoint: string): GuardSign[] {
  const halves = [primary, candidate, ...(control ? [control] : [])];
  // Of the request only the half of the user's request tells; those without it are of copies.
  const method = halves.find((half) => half.method !== '')?.method ?? '';
  if (method === '' || SAFE_METHODS.includes(method)) return [];
  return halves.filter(isSuccessOfCopy).flatMap((half) => {
    const { headers, trailers } = readAnswer(half.encoded).answer;
    if (isFailureOfGrpc(headers) || isFailureOfGrpc(trailers)) return [];
    return { mirror, side: half.side, endpoint, guarded: headers.some(([name]) => name === GUARD_HEADER) };
  });
}

/** In a rollout the candidate answers users: its guard has nothing to do with them, unless all is shadow work to it. */
export function signOfUser({ mirror, request }: Joined, endpoint: string): GuardSign | undefined {
  if (request.side !== 'candidate' || request.method === '' || request.localReply) return undefined;
  const { headers } = readAnswer(request.encoded).answer;
  const isGuarded = headers.some(([name]) => name === GUARD_HEADER);
  return isGuarded ? { mirror, side: 'candidate', endpoint, guarded: true, ofUser: true } : undefined;
}

function isSuccessOfCopy({ method, status, ended, localReply }: Half): boolean {
  return method === '' && ended === 'complete' && !localReply && status >= 200 && status < 300;
}

/** With status 200 over HTTP, also where the server answers before any of the service's code. */
function isFailureOfGrpc(fields: HeaderList): boolean {
  return fields.some(([name, value]) => name === 'grpc-status' && value !== '0');
}
