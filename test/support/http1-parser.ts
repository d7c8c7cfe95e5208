/**
 * Reads HTTP/1.1 messages from a socket and keeps the bytes as they came, which Node's own parser does not. It trusts
 * its input (tests and Envoy), so it checks little.
 */
import { createHash, type Hash } from 'node:crypto';

export type HeaderList = ReadonlyArray<readonly [name: string, value: string]>;

export interface Http1Message {
  /** `GET / HTTP/1.1` or `HTTP/1.1 200 OK`. */
  readonly startLine: string;
  /** In order, names as on the wire. */
  readonly headers: HeaderList;
  /** Exactly what came, up to and including the empty line. */
  readonly head: Buffer;
  /** Without chunk framing; at most the first `keepBodyBytes`. */
  readonly body: Buffer;
  readonly bodyBytes: number;
  readonly bodySha256: string;
  readonly trailers: HeaderList;
}

export interface Http1ParserOptions {
  readonly kind: 'request' | 'response';
  /** Bodies are counted and hashed in full but kept only up to here; default 64 KiB. */
  readonly keepBodyBytes?: number;
  /** After the head, before the body. */
  readonly onHead?: (head: Pick<Http1Message, 'startLine' | 'headers' | 'head'>) => void;
  readonly onData?: (data: Buffer) => void;
  readonly onMessage: (message: Http1Message) => void;
  /** Bytes of another protocol, after an upgrade. */
  readonly onTunnel?: (data: Buffer) => void;
}

type State = 'head' | 'fixed' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailers' | 'until-close';

export class Http1Parser {
  /** Set for the answer to a HEAD request: it announces a body that does not come. */
  nextHasNoBody = false;
  #isTunnel = false;

  readonly #options: Http1ParserOptions;
  readonly #keepBodyBytes: number;
  #state: State = 'head';
  #pending: Buffer = Buffer.alloc(0);
  #remaining = 0;
  #startLine = '';
  #headers: HeaderList = [];
  #head: Buffer = Buffer.alloc(0);
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #bodyBytes = 0;
  #hash: Hash | undefined;

  constructor(options: Http1ParserOptions) {
    this.#options = options;
    this.#keepBodyBytes = options.keepBodyBytes ?? 64 * 1024;
  }

  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (!this.#isTunnel && this.#pending.length > 0 && this.#step());
    if (this.#isTunnel && this.#pending.length > 0) this.#options.onTunnel?.(this.#take(this.#pending.length));
  }

  /** The connection has ended: completes a message that lasts until then; false if one was cut short. */
  end(): boolean {
    if (this.#state === 'until-close') this.#finish([]);
    return this.#state === 'head' && this.#pending.length === 0;
  }

  /** One step of the message; false when more bytes are needed. */
  #step(): boolean {
    switch (this.#state) {
      case 'head':
        return this.#readHead();
      case 'fixed':
      case 'chunk-data':
        return this.#readBody();
      case 'until-close':
        this.#keep(this.#take(this.#pending.length));
        return false;
      case 'chunk-size': {
        const line = this.#line();
        if (line === undefined) return false;
        this.#remaining = Number.parseInt(line, 16);
        this.#state = this.#remaining === 0 ? 'trailers' : 'chunk-data';
        return true;
      }
      case 'chunk-end':
        if (this.#line() === undefined) return false;
        this.#state = 'chunk-size';
        return true;
      case 'trailers': {
        if (this.#pending.subarray(0, 2).toString() === '\r\n') {
          this.#take(2);
          this.#finish([]);
          return true;
        }
        const end = this.#pending.indexOf('\r\n\r\n');
        if (end < 0) return false;
        const text = this.#take(end + 4).toString('latin1');
        this.#finish(parseHeaders(text.slice(0, -4).split('\r\n')));
        return true;
      }
    }
  }

  #readHead(): boolean {
    const end = this.#pending.indexOf('\r\n\r\n');
    if (end < 0) return false;
    // A copy: a slice would keep the whole socket buffer alive for as long as the record lives.
    this.#head = Buffer.from(this.#take(end + 4));
    const [startLine = '', ...lines] = this.#head.toString('latin1').slice(0, -4).split('\r\n');
    this.#startLine = startLine;
    this.#headers = parseHeaders(lines);
    this.#kept = [];
    this.#keptBytes = 0;
    this.#bodyBytes = 0;
    this.#hash = undefined;
    this.#options.onHead?.({ startLine, headers: this.#headers, head: this.#head });
    this.#chooseBody(startLine);
    return true;
  }

  #chooseBody(startLine: string): void {
    const status = this.#options.kind === 'response' ? Number(startLine.split(' ')[1]) : 0;
    const length = headerValue(this.#headers, 'content-length');
    const noBody = this.nextHasNoBody || status === 204 || status === 304 || (status >= 100 && status < 200);
    if (status === 101 || (status === 0 && headerValue(this.#headers, 'upgrade') !== undefined)) {
      this.#finish([]);
      this.#isTunnel = true;
    } else if (noBody) {
      if (status >= 200) this.nextHasNoBody = false;
      this.#finish([]);
    } else if (headerValue(this.#headers, 'transfer-encoding')?.toLowerCase() === 'chunked') {
      this.#state = 'chunk-size';
    } else if (length !== undefined) {
      this.#remaining = Number(length);
      if (this.#remaining === 0) this.#finish([]);
      else this.#state = 'fixed';
    } else if (this.#options.kind === 'response') {
      this.#state = 'until-close';
    } else {
      this.#finish([]);
    }
  }

  #readBody(): boolean {
    const data = this.#take(Math.min(this.#remaining, this.#pending.length));
    this.#remaining -= data.length;
    this.#keep(data);
    if (this.#remaining > 0) return false;
    if (this.#state === 'chunk-data') this.#state = 'chunk-end';
    else this.#finish([]);
    return true;
  }

  #keep(data: Buffer): void {
    this.#bodyBytes += data.length;
    this.#hash ??= createHash('sha256');
    this.#hash.update(data);
    if (this.#keptBytes < this.#keepBodyBytes) {
      const part = Buffer.from(data.subarray(0, this.#keepBodyBytes - this.#keptBytes));
      this.#kept.push(part);
      this.#keptBytes += part.length;
    }
    this.#options.onData?.(data);
  }

  #finish(trailers: HeaderList): void {
    this.#state = 'head';
    this.#options.onMessage({
      startLine: this.#startLine,
      headers: this.#headers,
      head: this.#head,
      body: Buffer.concat(this.#kept),
      bodyBytes: this.#bodyBytes,
      bodySha256: this.#hash?.digest('hex') ?? EMPTY_SHA256,
      trailers,
    });
  }

  #take(bytes: number): Buffer {
    const taken = this.#pending.subarray(0, bytes);
    this.#pending = this.#pending.subarray(bytes);
    return taken;
  }

  #line(): string | undefined {
    const end = this.#pending.indexOf('\r\n');
    return end < 0
      ? undefined
      : this.#take(end + 2)
          .toString('latin1')
          .slice(0, -2);
  }
}

const EMPTY_SHA256 = createHash('sha256').digest('hex');

/** The first header of that name, which is given in lower case. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

function parseHeaders(lines: readonly string[]): HeaderList {
  return lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
}
