import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { guardHttp } from '../../guard/node/index.ts';
import { VERSIONS, type VersionName } from './core/versions.ts';
import { createOrdersGuard } from './guard.ts';
import { type ApiAnswer, handle } from './handler.ts';
import { ReleaseHolder, SLOW_MS } from './release.ts';
import { countRequest, nothingSeen } from './seen.ts';
import { OrderStore } from './store.ts';

/**
 * One order service as an HTTP server, not yet listening: the API under `/api/orders`, `/health/ready`, and `/debug/seen`
 * with what it has received and done. Copies are answered like any request and change nothing.
 */
export interface OrderServiceOptions {
  /** As it appears in `/debug/seen`: `order-v1-twin`. */
  readonly name: string;
  /** A name is the build that it stays with. */
  readonly version: VersionName | ReleaseHolder;
  /** Default: the process's. */
  readonly environment?: NodeJS.ProcessEnv;
}

const MAX_BODY_BYTES = 1024 * 1024;

export function createOrderService({ name, version, environment = process.env }: OrderServiceOptions): Server {
  const store = new OrderStore();
  const seen = nothingSeen();
  const guard = createOrdersGuard(environment);
  const release = version instanceof ReleaseHolder ? version : new ReleaseHolder(version);
  const findKept = (id: string) => store.find(id);

  const answerApi = async (request: IncomingMessage): Promise<ApiAnswer> => {
    const shadow = guard.isShadow;
    countRequest(seen, request.headers, shadow);
    const fault = release.nextFault();
    if (fault === 'slow') await wait(SLOW_MS);
    const traceId = randomUUID().replaceAll('-', '');
    const body = await readBody(request);
    if (body === undefined) {
      return {
        status: 413,
        headers: {},
        body: { error: { code: 'too_large', field: '', message: 'is too large' }, traceId },
      };
    }
    const fresh = { id: randomUUID(), traceId, now: nowIso() };
    if (fault === 'errors')
      return { status: 500, headers: {}, body: { error: { code: 'internal', field: '' }, traceId } };
    const context = { version: VERSIONS[release.current.version], findKept };
    const answered = handle({ method: request.method ?? 'GET', target: request.url ?? '/', body }, fresh, context);
    const answer = fault === 'totals' ? withWrongTotal(answered) : answered;
    const traced = { ...answer, headers: { ...answer.headers, 'x-trace-id': traceId } };
    if (!answer.effect) return traced;
    // The event is serialised for copies as well: what cannot be serialised has to show in the shadow too.
    const event = JSON.stringify({ type: answer.effect.event, at: fresh.now, order: answer.effect.order });
    if (shadow) {
      seen.effects.suppressed++;
    } else {
      store.keep(answer.effect.order);
      seen.effects.persisted++;
      produce(event);
      seen.effects.produced++;
    }
    return traced;
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url?.split('?', 1)[0] ?? '/';
    let answer: ApiAnswer;
    const { appVersion } = VERSIONS[release.current.version];
    if (path === '/health/ready') answer = { status: 200, headers: {}, body: { status: 'ready' } };
    else if (path === '/debug/seen')
      answer = { status: 200, headers: {}, body: { service: name, ...release.current, ...seen } };
    else answer = await answerApi(request);
    const text = JSON.stringify(answer.body);
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      'x-app-version': appVersion,
      ...answer.headers,
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  };

  const server = createServer(
    guardHttp(guard, (request, response) => {
      respond(request, response).catch(() => {
        // A client that went away in the middle of its body; any other failure must reach it as one.
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    }),
  );
  // The proxy in front decides when an idle connection ends; a server that closes first would fail requests under way.
  server.keepAliveTimeout = 0;
  return server;
}

/** To the microsecond, as databases give it: two instances that answer at the same time differ in it every time. */
function nowIso(): string {
  const us = Math.round((performance.timeOrigin + performance.now()) * 1_000);
  return `${new Date(us / 1_000).toISOString().slice(0, -1)}${String(us % 1_000).padStart(3, '0')}Z`;
}

/** A euro too much, for everybody. */
function withWrongTotal(answer: ApiAnswer): ApiAnswer {
  const { totals } = answer.body as { totals?: { readonly total: number } };
  return totals === undefined
    ? answer
    : { ...answer, body: { ...answer.body, totals: { ...totals, total: totals.total + 1 } } };
}

/** Stands where a service would send its event to a broker. */
function produce(_event: string): void {}

/** The whole body as text; undefined, with the rest read and thrown away, when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}
