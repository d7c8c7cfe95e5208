/** Servers that accept and then never read: the worst neighbour that a proxy's buffers can have. */
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import { createServer, type Socket } from 'node:net';
import { closeWith, listenOnFreePort } from './sockets.ts';

export interface StalledUpstream {
  readonly address: string;
  /** Connections (HTTP/1) or streams (HTTP/2) accepted so far. */
  readonly accepted: number;
  close(): Promise<void>;
}

/**
 * For HTTP/1 the socket is never read. For HTTP/2 the session lives (settings and pings are answered), but no stream is
 * ever read, so that its flow-control window closes.
 */
export function startStalledUpstream(protocol: 'http1' | 'http2' = 'http1'): Promise<StalledUpstream> {
  return protocol === 'http1' ? stalledSockets() : stalledStreams();
}

async function stalledSockets(): Promise<StalledUpstream> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listenOnFreePort(server);
  return {
    address: `127.0.0.1:${port}`,
    get accepted() {
      return accepted;
    },
    close: () => closeWith(server, sockets),
  };
}

async function stalledStreams(): Promise<StalledUpstream> {
  const sessions = new Set<ServerHttp2Session>();
  let accepted = 0;
  const server = createHttp2Server();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.on('sessionError', () => {});
  server.on('stream', (stream) => {
    accepted++;
    stream.pause();
    stream.on('error', () => {});
  });
  const port = await listenOnFreePort(server);
  return {
    address: `127.0.0.1:${port}`,
    get accepted() {
      return accepted;
    },
    close: () => closeWith(server, sessions),
  };
}
