/** Requests over HTTP/2 in clear text. */
import { type ClientHttp2Session, connect } from 'node:http2';

export interface Http2Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly trailers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export class Http2Connection {
  readonly session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.session = session;
  }

  static open(port: number): Promise<Http2Connection> {
    return new Promise((resolve, reject) => {
      const session = connect(`http://127.0.0.1:${port}`);
      session.once('error', reject);
      session.once('connect', () => resolve(new Http2Connection(session)));
    });
  }

  /** `headers` may name pseudo headers, to replace the defaults. */
  request(path: string, headers: Readonly<Record<string, string>> = {}, body?: Buffer): Promise<Http2Answer> {
    return new Promise((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST';
      const stream = this.session.request(
        { ':method': method, ':path': path, ':authority': 'test', ...headers },
        { endStream: body === undefined },
      );
      const chunks: Buffer[] = [];
      let answer: Record<string, unknown> = {};
      let trailers: Record<string, unknown> = {};
      stream.on('response', (received) => {
        answer = received;
      });
      stream.on('trailers', (received) => {
        trailers = received;
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () =>
        resolve({
          status: Number(answer[':status']),
          headers: texts(answer),
          trailers: texts(trailers),
          body: Buffer.concat(chunks),
        }),
      );
      if (body !== undefined) stream.end(body);
    });
  }

  close(): void {
    this.session.destroy();
  }
}

function texts(headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
