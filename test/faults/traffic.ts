/** Kinds of traffic: each sends one request, and throws when it fails or when one byte is not as it should be. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Http2Connection, RawConnection, upload, uploadSha256 } from '../support/index.ts';
import { EVENTS } from './services.ts';
import type { Protocol } from './table.ts';

export interface Client {
  /** One request to a path of the Envoy at this port. */
  send(path: string, headers?: Readonly<Record<string, string>>): Promise<void>;
  close(): void;
}

export interface Traffic {
  readonly name: string;
  readonly protocol: Protocol;
  /** Requests for each arm of a row, in all rounds together, in a report. */
  readonly requests: number;
  /** The same where each copy costs 100 MB. */
  readonly requestsIfHuge: number;
  /** At once. */
  readonly clients: number;
  /** Of all clients together; absent: as fast as answers come. */
  readonly perSecond?: number;
  open(port: number): Promise<Client>;
}

/** An upload that waits for a copy to time out has failed. */
const UPLOAD_TIMEOUT_MS = 2_500;
const MB = 1e6;
const EMPTY_SHA256 = uploadSha256(0);

export const SMALL: Traffic = {
  name: 'small GETs',
  protocol: 'http1',
  requests: 2_000,
  requestsIfHuge: 80,
  clients: 4,
  perSecond: 500,
  open: async (port) => {
    let connection = await RawConnection.open(port);
    return {
      send: async (path, headers = {}) => {
        if (!connection.isOpen) connection = await RawConnection.open(port);
        const { status, message } = await connection.request({ path, headers });
        check(status, message.body.toString(), answerTo(0, EMPTY_SHA256));
      },
      close: () => connection.close(),
    };
  },
};

export const TRAFFIC: readonly Traffic[] = [
  SMALL,
  uploads('1 MB uploads', MB, 'content-length', 80),
  uploads('20 MB uploads', 20 * MB, 'content-length', 8),
  uploads('20 MB chunked uploads', 20 * MB, 'chunked', 8),
  {
    name: 'gRPC',
    protocol: 'http2',
    requests: 800,
    requestsIfHuge: 40,
    clients: 2,
    perSecond: 300,
    open: async (port) => {
      const connection = await Http2Connection.open(port);
      connection.session.on('error', () => {});
      const message = Buffer.concat([Buffer.from([0, 0, 0, 0, 64]), Buffer.alloc(64, 'm')]);
      const headers = { 'content-type': 'application/grpc', te: 'trailers' };
      return {
        send: async (path) => {
          const { status, body, trailers } = await connection.request(path, headers, message);
          check(status, body.toString('latin1'), message.toString('latin1'));
          if (trailers['grpc-status'] !== '0') throw new Error(`grpc-status ${trailers['grpc-status']}`);
        },
        close: () => connection.close(),
      };
    },
  },
  {
    name: 'slow clients',
    protocol: 'http1',
    requests: 120,
    requestsIfHuge: 20,
    clients: 20,
    open: async (port) => ({ send: (path) => sendSlowly(port, path), close: () => {} }),
  },
];

export const EVENT_STREAMS: Traffic = {
  name: 'SSE',
  protocol: 'http1',
  requests: 100,
  requestsIfHuge: 10,
  clients: 10,
  open: async (port) => ({
    send: async (path) => {
      const connection = await RawConnection.open(port);
      try {
        const { status, message } = await connection.request({ path: `${path}/events` });
        const events = Array.from({ length: EVENTS.count }, (_, event) => `data: ${event}\n\n`);
        check(status, message.body.toString(), events.join(''));
      } finally {
        connection.close();
      }
    },
    close: () => {},
  }),
};

/** GETs, while others hang up in the middle of their uploads on the same path. */
export const AMONG_ABORTS: Traffic = {
  ...SMALL,
  name: 'small GETs, client aborts',
  requests: 800,
  open: async (port) => {
    const client = await SMALL.open(port);
    let sent = 0;
    return {
      ...client,
      send: async (path) => {
        if (sent++ % 5 === 0) await abortUpload(port, path);
        await client.send(path);
      },
    };
  },
};

function uploads(name: string, bytes: number, framing: 'content-length' | 'chunked', requests: number): Traffic {
  const expected = answerTo(bytes, uploadSha256(bytes));
  return {
    name,
    protocol: 'http1',
    requests,
    requestsIfHuge: Math.min(requests, 12),
    clients: 4,
    open: async (port) => ({
      send: async (path) => {
        const { status, message } = await upload(port, { path, bytes, framing, timeoutMs: UPLOAD_TIMEOUT_MS });
        check(status, message.body.toString(), expected);
      },
      close: () => {},
    }),
  };
}

const PIECES = 10;
const PIECE = Buffer.alloc(4_096, 'shadowplane upload ');

async function sendSlowly(port: number, path: string): Promise<void> {
  const connection = await RawConnection.open(port);
  try {
    const answer = connection.answer();
    answer.catch(() => {});
    connection.socket.write(`POST ${path} HTTP/1.1\r\nhost: test\r\ncontent-length: ${PIECES * PIECE.length}\r\n\r\n`);
    for (let piece = 0; piece < PIECES; piece += 1) {
      connection.socket.write(PIECE);
      await sleep(20);
    }
    const { status, message } = await answer;
    check(status, message.body.toString(), SLOW_ANSWER);
  } finally {
    connection.close();
  }
}

async function abortUpload(port: number, path: string): Promise<void> {
  const connection = await RawConnection.open(port);
  connection.socket.write(`POST ${path} HTTP/1.1\r\nhost: test\r\ncontent-length: 1000000\r\n\r\n`);
  await new Promise((resolve) => connection.socket.write(Buffer.alloc(100_000), resolve));
  connection.close();
}

function answerTo(bytes: number, sha256: string): string {
  return JSON.stringify({ bytes, sha256 });
}

function check(status: number, body: string, expected: string): void {
  if (status !== 200) throw new Error(`status ${status}: ${body.slice(0, 60)}`);
  if (body !== expected) throw new Error(`other bytes: ${body.slice(0, 80)} instead of ${expected.slice(0, 80)}`);
}

const SLOW_ANSWER = answerTo(PIECES * PIECE.length, sha256Of(PIECE, PIECES));

function sha256Of(piece: Buffer, times: number): string {
  const hash = createHash('sha256');
  for (let time = 0; time < times; time += 1) hash.update(piece);
  return hash.digest('hex');
}
