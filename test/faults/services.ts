/** Everything that the table's requests and copies are sent to: one primary, one healthy shadow, and a shadow for each fault. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cleanup, freePort, listenOnFreePort, startStalledUpstream } from '../support/index.ts';
import type { Protocol, ServiceAddresses } from './table.ts';

const SLOW_MS = 50;
const HUGE_BYTES = 100e6;
const PIECE = Buffer.alloc(256 * 1024, 'x');
/** Server-sent events of one stream, and the pause between two. */
export const EVENTS = { count: 10, everyMs: 10 } as const;

export interface Services {
  readonly addresses: ServiceAddresses;
  close(): Promise<void>;
}

export async function startServices(): Promise<Services> {
  const cleanup = new Cleanup();
  const http1 = (answer: Http1Answerer) => serve(cleanup, createHttp1(answer));
  const raw = (onSocket: (socket: Socket) => void) =>
    serve(
      cleanup,
      createServer((socket) => onSocket(socket.on('error', () => socket.destroy()))),
    );
  const http2 = (answer: Http2Answerer) => serveHttp2(cleanup, answer);
  const stalled = async (protocol: Protocol) => {
    const upstream = await startStalledUpstream(protocol);
    cleanup.add(upstream);
    return upstream.address;
  };
  const refusing = `127.0.0.1:${await freePort()}`;
  const dead = await startDead(cleanup);
  const garbage = await raw((socket) => socket.once('data', () => socket.end('nonsense\r\n\r\n')));
  const healthy = { http1: await http1(answerHttp1), http2: await http2(answerHttp2) };
  return {
    addresses: {
      primary: { http1: await http1(answerHttp1), http2: await http2(answerHttp2) },
      healthy,
      dead: { http1: dead, http2: dead },
      refusing: { http1: refusing, http2: refusing },
      'stalled before headers': { http1: await stalled('http1'), http2: await stalled('http2') },
      'stalled mid body': {
        http1: await raw((socket) =>
          socket
            .once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf'))
            .on('data', () => {}),
        ),
        http2: await http2((stream) => {
          stream.respond({ ':status': 200 });
          stream.write('half');
        }),
      },
      '10x slower': {
        http1: await http1((request, response) => void sleep(SLOW_MS).then(() => answerHttp1(request, response))),
        http2: await http2((stream, type) => void sleep(SLOW_MS).then(() => answerHttp2(stream, type))),
      },
      resetting: {
        http1: await raw((socket) => socket.once('data', () => socket.resetAndDestroy())),
        http2: await http2((stream) => stream.close(2)),
      },
      'answering 500': {
        http1: await http1((request, response) => {
          request.resume();
          response.writeHead(500).end('broken');
        }),
        http2: await http2((stream) => stream.respond({ ':status': 500 }, { endStream: true })),
      },
      'answering 100 MB': {
        http1: await http1((request, response) => {
          request.resume();
          response.writeHead(200);
          writeHuge(response);
        }),
        http2: await http2((stream) => {
          stream.respond({ ':status': 200 });
          writeHuge(stream);
        }),
      },
      garbage: { http1: garbage, http2: garbage },
      // In plain text, where TLS is spoken to.
      'TLS failure': healthy,
      'DNS failure': { http1: 'shadow.invalid:80', http2: 'shadow.invalid:80' },
    },
    close: () => cleanup.run(),
  };
}

type Http1Answerer = (request: IncomingMessage, response: ServerResponse) => void;
type Http2Answerer = (stream: ServerHttp2Stream, contentType: string) => void;

async function serve(cleanup: Cleanup, server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.setNoDelay());
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listenOnFreePort(server);
  cleanup.defer(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `127.0.0.1:${port}`;
}

async function serveHttp2(cleanup: Cleanup, answer: Http2Answerer): Promise<string> {
  const sessions = new Set<ServerHttp2Session>();
  const server = createHttp2();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
  });
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    answer(stream, String(headers['content-type']));
  });
  const port = await listenOnFreePort(server);
  cleanup.defer(() => {
    server.close();
    for (const session of sessions) session.destroy();
  });
  return `127.0.0.1:${port}`;
}

/** What the client checks: how much arrived, and what. Event streams for who asks for them. */
function answerHttp1(request: IncomingMessage, response: ServerResponse): void {
  if (request.url?.endsWith('/events')) {
    streamEvents(response);
    return;
  }
  const hash = createHash('sha256');
  let bytes = 0;
  request.on('data', (piece: Buffer) => {
    bytes += piece.length;
    hash.update(piece);
  });
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ bytes, sha256: hash.digest('hex') }));
  });
  request.on('error', () => {});
}

function streamEvents(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let event = 0;
  const timer = setInterval(() => {
    response.write(`data: ${event++}\n\n`);
    if (event < EVENTS.count) return;
    clearInterval(timer);
    response.end();
  }, EVENTS.everyMs);
  response.on('close', () => clearInterval(timer));
}

/** Echoes the message, as a gRPC service that is unary does. */
function answerHttp2(stream: ServerHttp2Stream, contentType: string): void {
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  stream.on('end', () => {
    if (stream.destroyed) return;
    stream.respond({ ':status': 200, 'content-type': contentType }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.concat(pieces));
  });
}

function writeHuge(to: ServerResponse | ServerHttp2Stream): void {
  let left = HUGE_BYTES;
  const go = () => {
    while (left > 0 && !to.destroyed) {
      left -= PIECE.length;
      if (!to.write(PIECE)) {
        to.once('drain', go);
        return;
      }
    }
    to.end();
  };
  to.on('error', () => {});
  go();
}

/** Its host drops what would connect: a stopped process whose queue of connections is full. */
async function startDead(cleanup: Cleanup): Promise<string> {
  const program = `require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},function(){process.stdout.write(String(this.address().port))})`;
  const child: ChildProcess = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  cleanup.defer(() => child.kill('SIGKILL'));
  const [data] = (await once(child.stdout!, 'data')) as [Buffer];
  const port = Number(data);
  child.kill('SIGSTOP');
  for (let waiting = 0; waiting < 4; waiting += 1) {
    const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
    cleanup.defer(() => socket.destroy());
  }
  return `127.0.0.1:${port}`;
}
