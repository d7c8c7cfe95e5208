/** Who calls: proven before anything else is looked at, held against the role that a route needs, and written down. */
import type { TLSSocket } from 'node:tls';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, ShadowplaneError } from '../../errors/index.ts';
import type { AuditLog, Caller, Gate } from '../access/index.ts';
import type { Problem } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * `open`: for everybody, so nothing that is anybody's; `read`: changes nothing although its method might. Without it,
     * GET, HEAD and OPTIONS need the role `read`, the others `change`.
     */
    access?: 'open' | 'read';
  }
  interface FastifyRequest {
    /** Undefined where nobody has to prove anything. */
    caller?: Caller;
    /** The code of the problem that it is answered with. */
    refusal?: ErrorCode;
  }
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
/** On every answer where somebody has to prove who they are, so that a page need not offer what would be refused. */
const ROLE_HEADER = 'x-shadowplane-role';
/** What a caller that has proven nothing is called, in headers of its own choice. */
const ACTOR_HEADER = 'x-shadowplane-actor';

/** @throws ShadowplaneError UNAUTHENTICATED or ROLE_INSUFFICIENT, in the hook */
export function guardByGate(app: FastifyInstance, gate: Gate): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config?.access === 'open') return done();
    // Taken back when it is known who calls.
    reply.header('www-authenticate', 'Bearer');
    const caller = gate.callerOf({
      authorization: request.headers.authorization,
      certificateName: certificateNameOf(request),
    });
    reply.removeHeader('www-authenticate');
    request.caller = caller;
    reply.header(ROLE_HEADER, caller.role);
    // Whatever it calls itself, what it does is done by who it has proven to be.
    request.headers[ACTOR_HEADER] = caller.name;
    if (changes(request) && caller.role !== 'change') {
      const what = `${request.method} ${pathOf(request)}`;
      throw new ShadowplaneError('ROLE_INSUFFICIENT', `${caller.name} has the role read, and ${what} needs change`);
    }
    done();
  });
}

/** What was refused for who asked or how, as opposed to what was asked for. */
const REFUSALS: readonly ErrorCode[] = ['UNAUTHENTICATED', 'ROLE_INSUFFICIENT', 'ORIGIN_REFUSED', 'HOST_REFUSED'];

/** Every attempt to change something with what became of it, and every request of who may not. Written before it is answered. */
export function auditRequests(app: FastifyInstance, audit: Pick<AuditLog, 'write'>): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const { refusal: code } = request;
    const isRefused = code !== undefined && REFUSALS.includes(code);
    if (isRefused || changes(request)) {
      const claimed = request.headers[ACTOR_HEADER];
      const revision = /^"(\d+)"$/.exec(String(reply.getHeader('etag') ?? ''))?.[1];
      audit.write({
        kind: isRefused ? 'refused' : 'request',
        actor: request.caller?.name ?? (typeof claimed === 'string' ? claimed.slice(0, 100) : null),
        proven: request.caller !== undefined,
        from: request.ip,
        method: request.method,
        path: pathOf(request).slice(0, 300),
        status: reply.statusCode,
        ...(code !== undefined && { code }),
        ...(revision !== undefined && { revision: Number(revision) }),
      });
    }
    done(null, payload);
  });
}

/** Remembers what the answer says, for the log. */
export function noteRefusal({ request }: FastifyReply, problem: Problem): Problem {
  request.refusal = problem.code;
  return problem;
}

function changes(request: FastifyRequest): boolean {
  return !SAFE_METHODS.includes(request.method) && request.routeOptions.config?.access !== 'read';
}

/** Without the query, which may hold what is nobody's business. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0]!;
}

function certificateNameOf({ raw: { socket } }: FastifyRequest): string | undefined {
  const { authorized, getPeerCertificate } = socket as Partial<TLSSocket>;
  if (!authorized || !getPeerCertificate) return undefined;
  const name = (socket as TLSSocket).getPeerCertificate().subject?.CN;
  return typeof name === 'string' ? name : undefined;
}
