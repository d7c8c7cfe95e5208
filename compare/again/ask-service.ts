/**
 * Sends one request straight to a service and gives back its answer as capture would have it. Redirects are not followed,
 * nothing is tried twice, no connection stays open; time and bytes are bounded. A service that does not answer is an answer
 * too: status 0 and how it ended.
 */
import type { ConnectionOptions } from 'node:tls';
import { connectionOptions, type Service } from '../../xds-server/policy/index.ts';
import type { Answer, Ending, HeaderList } from '../exchange.ts';
import { sendHttp1 } from './send-http1.ts';
import { sendHttp2 } from './send-http2.ts';

export interface ServiceRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case, without `host`. */
  readonly headers: HeaderList;
}

export interface AskLimits {
  /** For the whole answer. */
  readonly timeoutMs: number;
  /** As much of the body is kept, as with capture; the rest is counted. */
  readonly maxBodyBytes: number;
  /** After that many the rest is not waited for. */
  readonly maxReadBytes: number;
}

export interface Asked {
  readonly answer: Answer;
  /** Why there is no whole answer. */
  readonly failure?: string;
}

/** Where a request goes; `tls` as Node takes it. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly tls: ConnectionOptions | undefined;
}

/** What a protocol tells while an answer arrives. */
export interface AnswerSink {
  head(status: number, headers: HeaderList): void;
  /** False: that was enough. */
  data(chunk: Uint8Array): boolean;
  end(trailers: HeaderList): void;
  failed(error: Error): void;
}

/** Starts a request; returns what ends it, in whatever state it is. */
export type Sender = (destination: Destination, request: ServiceRequest, sink: AnswerSink) => () => void;

export async function askService(service: Service, request: ServiceRequest, limits: AskLimits): Promise<Asked> {
  const [address] = service.addresses;
  const startedMs = performance.now();
  const arriving = new ArrivingAnswer(startedMs, limits.maxBodyBytes);
  if (!address) return arriving.asked('reset', `${service.name} has no address`);
  let tls: ConnectionOptions | undefined;
  try {
    const { tls: asked, protocol } = service;
    tls = asked && (await connectionOptions(asked, asked.serverName ?? address.host, protocol));
  } catch (error) {
    return arriving.asked('reset', messageOf(error));
  }
  const send = service.protocol === 'http2' ? sendHttp2 : sendHttp1;
  return new Promise((resolve) => {
    let abandon = () => {};
    const timer = setTimeout(
      () => finish('timeout', `no whole answer within ${limits.timeoutMs} ms`),
      limits.timeoutMs,
    );
    const finish = (ended: Ending, failure?: string) => {
      clearTimeout(timer);
      resolve(arriving.asked(ended, failure));
      abandon();
    };
    try {
      abandon = send({ ...address, tls }, request, {
        head: (status, headers) => arriving.head(status, headers),
        data: (chunk) => {
          arriving.data(chunk);
          if (arriving.bodyBytes <= limits.maxReadBytes) return true;
          finish('cut', `longer than ${limits.maxReadBytes} bytes`);
          return false;
        },
        end: (trailers) => {
          arriving.trailers = trailers;
          finish('complete');
        },
        failed: (error) => finish('reset', messageOf(error)),
      });
    } catch (error) {
      // Node refuses some paths and header values that others have let through.
      finish('reset', messageOf(error));
    }
  });
}

class ArrivingAnswer {
  readonly #startedMs: number;
  readonly #maxBodyBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #kept = 0;
  #status = 0;
  #headers: HeaderList = [];
  #headersMs = 0;
  bodyBytes = 0;
  trailers: HeaderList = [];

  constructor(startedMs: number, maxBodyBytes: number) {
    this.#startedMs = startedMs;
    this.#maxBodyBytes = maxBodyBytes;
  }

  head(status: number, headers: HeaderList): void {
    this.#status = status;
    this.#headers = headers;
    this.#headersMs = performance.now() - this.#startedMs;
  }

  data(chunk: Uint8Array): void {
    this.bodyBytes += chunk.length;
    const room = this.#maxBodyBytes - this.#kept;
    if (room <= 0) return;
    this.#chunks.push(chunk.subarray(0, room));
    this.#kept += Math.min(room, chunk.length);
  }

  asked(ended: Ending, failure?: string): Asked {
    const lastByteMs = performance.now() - this.#startedMs;
    const answer: Answer = {
      status: this.#status,
      headers: this.#headers,
      trailers: this.trailers,
      body: Buffer.concat(this.#chunks),
      bodyBytes: this.bodyBytes,
      truncated: this.bodyBytes > this.#kept,
      localReply: false,
      ended,
      headersMs: this.#status === 0 ? lastByteMs : this.#headersMs,
      lastByteMs,
    };
    return { answer, ...(failure !== undefined && { failure }) };
  }
}

function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
