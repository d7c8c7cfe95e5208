/** An HTTP/1.1 client that writes exactly the bytes it is given and reads one answer at a time. */
import { connect, type Socket } from 'node:net';
import { type HeaderList, type Http1Message, Http1Parser, headerValue } from './http1-parser.ts';

export interface RawRequest {
  /** Default GET. */
  readonly method?: string;
  readonly path: string;
  /** `host: test` is put in front unless one is given. */
  readonly headers?: HeaderList | Readonly<Record<string, string>>;
  /** Sent with content-length. */
  readonly body?: string | Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly message: Http1Message;
  header(name: string): string | undefined;
}

export function encodeRequest({ method = 'GET', path, headers = {}, body }: RawRequest): Buffer {
  const list: HeaderList = Array.isArray(headers) ? headers : Object.entries(headers);
  const hasHost = headerValue(list, 'host') !== undefined;
  let head = `${method} ${path} HTTP/1.1\r\n${hasHost ? '' : 'host: test\r\n'}`;
  for (const [name, value] of list) head += `${name}: ${value}\r\n`;
  if (body === undefined) return Buffer.from(`${head}\r\n`, 'latin1');
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(`${head}content-length: ${bytes.length}\r\n\r\n`, 'latin1'), bytes]);
}

interface Waiting {
  readonly resolve: (answer: RawAnswer) => void;
  readonly reject: (error: Error) => void;
}

export class RawConnection {
  readonly socket: Socket;
  /** Body bytes of an answer as they come, for streams that do not end. */
  onData: ((data: Buffer) => void) | undefined;
  /** Bytes after a switch of protocols. */
  onTunnel: ((data: Buffer) => void) | undefined;
  readonly #parser: Http1Parser;
  #waiting: Waiting | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#parser = new Http1Parser({
      kind: 'response',
      onData: (data) => this.onData?.(data),
      onMessage: (message) => this.#answer(message),
      onTunnel: (data) => this.onTunnel?.(data),
    });
    socket.on('data', (chunk) => this.#parser.push(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => {
      this.#parser.end();
      this.#fail(new Error('connection closed without an answer'));
    });
  }

  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RawConnection(socket));
      });
    });
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.readyState === 'open';
  }

  /** Sends one request and waits for its answer; one at a time. */
  request(request: RawRequest | Buffer): Promise<RawAnswer> {
    const bytes = Buffer.isBuffer(request) ? request : encodeRequest(request);
    this.#parser.nextHasNoBody = bytes.subarray(0, 5).toString() === 'HEAD ';
    const answer = this.answer();
    this.socket.write(bytes);
    return answer;
  }

  /** The next answer, for callers that write the request themselves. */
  answer(): Promise<RawAnswer> {
    if (this.#waiting) throw new Error('an answer is already awaited on this connection');
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #answer(message: Http1Message): void {
    const status = Number(message.startLine.split(' ')[1]);
    if (status === 100) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status, message, header: (name) => headerValue(message.headers, name) });
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }
}

/** One request on a connection of its own. */
export async function sendRaw(port: number, request: RawRequest | Buffer): Promise<RawAnswer> {
  const connection = await RawConnection.open(port);
  try {
    return await connection.request(request);
  } finally {
    connection.close();
  }
}
