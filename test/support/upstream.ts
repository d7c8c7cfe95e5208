/** What an upstream server of the tests is, whatever protocol it speaks; `startUpstream` makes one on a free port. */
import type { RecordedRequest, Recorder } from './recorder.ts';

export interface Answering {
  readonly request: RecordedRequest;
  /** A whole answer at once. Trailers need HTTP/2 or a chunked answer, which `trailers` turns on. */
  send(answer: Answer): void;
  /** An answer that goes on: `data` may be called until `end` or until the peer is gone. */
  stream(answer: Omit<Answer, 'body' | 'trailers'>): StreamingAnswer;
}

export interface Answer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly trailers?: Readonly<Record<string, string>>;
}

export interface StreamingAnswer {
  data(data: string): void;
  end(): void;
  /** Fulfilled when the stream is over, whoever ended it. */
  readonly closed: Promise<void>;
}

export type Answerer = (answering: Answering) => void;

export interface UpstreamOptions {
  /** Appears in the default answer. */
  readonly name: string;
  readonly protocol?: 'http1' | 'http2';
  /** Called when a request is complete; default: `jsonAnswer`. */
  readonly answer?: Answerer;
  readonly keepBodyBytes?: number;
}

export interface Upstream {
  readonly name: string;
  readonly port: number;
  /** `127.0.0.1:PORT`, as a policy names it. */
  readonly address: string;
  readonly recorder: Recorder;
  /** Connections that are open now. */
  readonly connections: number;
  close(): Promise<void>;
}

/** The same for the same request, from whichever service: what a client sees must not depend on mirroring. */
export function jsonAnswer({ request, send }: Answering): void {
  const body = JSON.stringify({ path: request.parts.path, bytes: request.parts.bodyBytes });
  send({ headers: { 'content-type': 'application/json', 'x-answered': 'yes' }, body });
}

/** Holds every answer back until `release` is called. */
export function heldAnswers(): { readonly answer: Answerer; readonly held: number; release(): void } {
  let waiting: Answering[] = [];
  let open = false;
  return {
    answer: (answering) => {
      if (open) jsonAnswer(answering);
      else waiting.push(answering);
    },
    get held() {
      return waiting.length;
    },
    release() {
      open = true;
      for (const answering of waiting) jsonAnswer(answering);
      waiting = [];
    },
  };
}

/** Server-sent events, one every `everyMs`, until the other side leaves; `onStream` sees each stream begin and end. */
export function eventStreams(everyMs: number, onStream: (event: 'begin' | 'end') => void = () => {}): Answerer {
  return ({ stream }) => {
    const events = stream({ headers: { 'content-type': 'text/event-stream' } });
    onStream('begin');
    let sequence = 0;
    events.data(`data: ${sequence}\n\n`);
    const timer = setInterval(() => events.data(`data: ${++sequence}\n\n`), everyMs);
    void events.closed.then(() => {
      clearInterval(timer);
      onStream('end');
    });
  };
}
