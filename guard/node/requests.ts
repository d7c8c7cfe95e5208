import type { IncomingMessage, ServerResponse } from 'node:http';
import { ShadowScope } from './scope.ts';
import { MARKER, type ShadowGuard } from './shadow-guard.ts';

/** Where the control plane asks for the proof before it sends copies of unsafe requests. */
export const PROBE_PATH = '/.well-known/shadow-guard';
/** On the answer to every request that was served as shadow work; its value is the guard's mode. */
export const PROOF_HEADER = 'x-shadow-guard';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;
type Next = (error?: unknown) => void;

/** What is needed of Fastify's request, reply and instance. */
interface FastifyRequestLike {
  readonly raw: IncomingMessage;
}
interface FastifyReplyLike {
  readonly raw: ServerResponse;
  hijack(): unknown;
}
type FastifyHook = (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void;
interface FastifyLike {
  // biome-ignore lint/suspicious/noExplicitAny: Fastify's overloads of addHook fit no narrower shape.
  addHook(name: any, hook: any): unknown;
}

/** For plain `node:http`: `createServer(guardHttp(guard, handler))`. */
export function guardHttp(guard: ShadowGuard, handler: Handler): Handler {
  return (request, response) => serve(guard, request, response, () => handler(request, response));
}

/**
 * For Express and everything that takes its middleware: `app.use(expressGuard(guard))`, before everything else. Use it
 * again behind a middleware that loses the asynchronous context; for one request it is one piece of work all the same.
 */
export function expressGuard(
  guard: ShadowGuard,
): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
  return (request, response, next) => {
    serve(guard, request, response, () => next());
  };
}

/** For Fastify: `app.register(fastifyGuard(guard))`, before the routes. */
export function fastifyGuard(guard: ShadowGuard): (instance: FastifyLike, options: unknown, done: () => void) => void {
  const onRequest: FastifyHook = (request, reply, done) => {
    let goesOn = false;
    serve(guard, request.raw, reply.raw, () => {
      goesOn = true;
      done();
    });
    if (!goesOn) reply.hijack();
  };
  const afterBody: FastifyHook = (request, reply, done) => serve(guard, request.raw, reply.raw, done);
  const plugin = (instance: FastifyLike, _options: unknown, done: () => void) => {
    instance.addHook('onRequest', onRequest);
    // The body's last chunk continues in the context of the connection, not of the request.
    instance.addHook('preValidation', afterBody);
    done();
  };
  // Fastify confines a plugin's hooks to the plugin unless it says that they are for its parent.
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'shadow-guard',
  });
}

const scopes = new WeakMap<IncomingMessage, ShadowScope>();

/** Answers the probe, refuses what is marked by a stranger, and otherwise goes on: as shadow work or as real work. */
function serve(guard: ShadowGuard, request: IncomingMessage, response: ServerResponse, goOn: () => unknown): void {
  const known = scopes.get(request);
  if (known) {
    guard.enter(known, goOn);
    return;
  }
  const mode = guard.decide(request.headers[MARKER], request.socket.remoteAddress);
  if (mode === 'shadow') response.setHeader(PROOF_HEADER, guard.mode);
  if (request.method === 'GET' && request.url?.split('?', 1)[0] === PROBE_PATH) {
    answer(response, 200, guard.probe(mode === 'shadow'));
  } else if (mode === 'refused') {
    answer(response, 403, {
      code: 'SHADOW_REFUSED',
      detail: `marked as shadow traffic by ${request.socket.remoteAddress}, which is not one of the trusted proxies`,
    });
  } else if (mode === 'shadow') {
    const scope = new ShadowScope();
    scopes.set(request, scope);
    // 'close' comes after the answer and also when the client has left.
    response.once('close', () => void scope.end());
    guard.enter(scope, goOn);
  } else {
    goOn();
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
