/** An HTTP/2 server in clear text (h2c by prior knowledge) that records what it gets; gRPC calls are echoed. */
import { createHash } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { HeaderList } from './http1-parser.ts';
import { type RecordedRequest, Recorder } from './recorder.ts';
import { closeWith, listenOnFreePort } from './sockets.ts';
import { type Answering, jsonAnswer, type Upstream, type UpstreamOptions } from './upstream.ts';

export async function startHttp2Upstream(options: UpstreamOptions): Promise<Upstream> {
  const recorder = new Recorder();
  const sessions = new Set<ServerHttp2Session>();
  const answer = options.answer ?? jsonAnswer;
  const keepBodyBytes = options.keepBodyBytes ?? 64 * 1024;

  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('sessionError', () => {});
  // Raw header lists are emitted, but missing from the types.
  const events: EventEmitter = server;
  events.on(
    'stream',
    (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, rawHeaders: string[]) => {
      recorder.started++;
      const kept: Buffer[] = [];
      const hash = createHash('sha256');
      let bodyBytes = 0;
      let trailers: HeaderList = [];
      stream.on('error', () => {});
      (stream as EventEmitter).on('trailers', (_trailers: IncomingHttpHeaders, _flags: number, raw: string[]) => {
        trailers = pairs(raw);
      });
      stream.on('data', (data: Buffer) => {
        if (bodyBytes < keepBodyBytes) kept.push(data.subarray(0, keepBodyBytes - bodyBytes));
        bodyBytes += data.length;
        hash.update(data);
      });
      stream.on('end', () => {
        // Node ends an aborted stream as well; only a complete request counts.
        if (stream.aborted || stream.rstCode !== 0) return;
        const request = recorder.add({
          protocol: 'http2',
          method: String(headers[':method']),
          path: String(headers[':path']),
          headers: pairs(rawHeaders),
          head: Buffer.alloc(0),
          body: Buffer.concat(kept),
          bodyBytes,
          bodySha256: hash.digest('hex'),
          trailers,
        });
        const isGrpc = request.header('content-type')?.startsWith('application/grpc');
        if (isGrpc && options.answer === undefined) grpcEcho(http2Answering(stream, request));
        else answer(http2Answering(stream, request));
      });
    },
  );
  const port = await listenOnFreePort(server);

  return {
    name: options.name,
    port,
    address: `127.0.0.1:${port}`,
    recorder,
    get connections() {
      return sessions.size;
    },
    close: () => closeWith(server, sessions),
  };
}

function http2Answering(stream: ServerHttp2Stream, request: RecordedRequest): Answering {
  return {
    request,
    send({ status = 200, headers = {}, body = '', trailers }) {
      if (stream.destroyed) return;
      stream.respond({ ':status': status, ...headers }, { waitForTrailers: trailers !== undefined });
      if (trailers !== undefined) stream.on('wantTrailers', () => stream.sendTrailers({ ...trailers }));
      stream.end(body);
    },
    stream({ status = 200, headers = {} }) {
      if (!stream.destroyed) stream.respond({ ':status': status, ...headers });
      return {
        data: (data) => void (stream.writable && stream.write(data)),
        end: () => stream.end(),
        closed: new Promise((resolve) => stream.once('close', () => resolve())),
      };
    },
  };
}

/** A unary answer with the message that came, and with trailers, as gRPC wants them. */
function grpcEcho({ request, send }: Answering): void {
  send({
    headers: { 'content-type': 'application/grpc', 'x-answered': 'yes' },
    body: request.parts.body,
    trailers: { 'grpc-status': '0', 'grpc-message': '', 'x-answer-trailer': 'yes' },
  });
}

function pairs(raw: readonly string[]): HeaderList {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[2 * index]!, raw[2 * index + 1]!] as const);
}
