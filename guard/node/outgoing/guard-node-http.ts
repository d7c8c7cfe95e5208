import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Duplex, duplexPair } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { MARKER, type ShadowGuard } from '../shadow-guard.ts';
import { answerOf, decide, type OutgoingOptions, type OutgoingStub, refusal } from './rules.ts';

type Callback = (response: IncomingMessage) => void;
export type RequestFunction = (...parameters: unknown[]) => ClientRequest;

/**
 * `http.request` or `https.request`, guarded: a refused call fails as one whose connection fails, a stub answers over a
 * connection that goes nowhere, so the caller has the request and the response that it knows.
 */
export function guardRequest(
  guard: ShadowGuard,
  original: RequestFunction,
  protocol: 'http:' | 'https:',
  options: OutgoingOptions,
  plainRequest: RequestFunction,
): RequestFunction {
  return (...parameters) => {
    if (!guard.isShadow) return original(...parameters);
    const { call, callback } = read(parameters);
    const method = (call.method ?? 'GET').toUpperCase();
    const url = addressOf(call, protocol);
    const decision = decide(method, url, options);
    const rest = callback ? [callback] : [];
    if (decision.action === 'pass') return original({ ...call, headers: withMarker(call.headers) }, ...rest);
    const createConnection =
      decision.action === 'stub'
        ? () => connectionTo(guard, decision.stub, url)
        : () => brokenConnection(refusal(guard, method, url));
    return plainRequest({ ...call, protocol: 'http:', agent: undefined, createConnection }, ...rest);
  };
}

function read(parameters: readonly unknown[]): {
  readonly call: RequestOptions;
  readonly callback: Callback | undefined;
} {
  const [first, ...others] = parameters;
  const address = typeof first === 'string' ? new URL(first) : first instanceof URL ? first : undefined;
  const given = (address ? others[0] : first) as RequestOptions | Callback | undefined;
  const callback = parameters.find((value) => typeof value === 'function') as Callback | undefined;
  const call = { ...(address && urlToHttpOptions(address)), ...(typeof given === 'function' ? undefined : given) };
  return { call: call as RequestOptions, callback };
}

function addressOf(call: RequestOptions, fallback: string): URL {
  const agent = call.agent as { protocol?: string } | undefined;
  const host = call.hostname ?? call.host ?? 'localhost';
  const port = call.port ?? call.defaultPort;
  const base = new URL(
    `${call.protocol ?? agent?.protocol ?? fallback}//${/^[^[].*:/.test(host) ? `[${host}]` : host}`,
  );
  if (port) base.port = String(port);
  return new URL((call.path ?? '/').replace(/^\/*/, '/'), base);
}

function withMarker(headers: RequestOptions['headers']): NonNullable<RequestOptions['headers']> {
  if (!Array.isArray(headers)) return { ...headers, [MARKER]: 'true' };
  // A flat list or one of pairs, as the caller has it.
  return (Array.isArray(headers[0]) ? [...headers, [MARKER, 'true']] : [...headers, MARKER, 'true']) as string[];
}

/** A connection whose other end is the stub. */
function connectionTo(guard: ShadowGuard, stub: OutgoingStub, url: URL): Duplex {
  const [near, far] = duplexPair();
  const server = http.createServer(async (request, response) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const answer = await answerOf(guard, stub, { method: request.method!, url, body: Buffer.concat(chunks) });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch (error) {
      near.destroy(error as Error);
    }
  });
  server.emit('connection', likeSocket(far));
  return likeSocket(near);
}

function brokenConnection(error: Error): Duplex {
  const connection = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  process.nextTick(() => connection.destroy(error));
  return likeSocket(connection);
}

/** What clients and servers call on a socket without asking whether it is one. */
function likeSocket(stream: Duplex): Duplex {
  const same = () => stream;
  return Object.assign(stream, { setTimeout: same, setNoDelay: same, setKeepAlive: same, ref: same, unref: same });
}
