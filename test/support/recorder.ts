/** What an upstream has received, in order of arrival, with the questions that tests ask about it. */
import { type HeaderList, headerValue } from './http1-parser.ts';

export interface RequestParts {
  readonly protocol: 'http1' | 'http2';
  readonly method: string;
  /** With query. */
  readonly path: string;
  /** In order, names as on the wire; for HTTP/2 with pseudo headers. */
  readonly headers: HeaderList;
  /** HTTP/1 only: the exact bytes of the head; empty for HTTP/2. */
  readonly head: Buffer;
  /** The first bytes of the body (see `keepBodyBytes`), without framing. */
  readonly body: Buffer;
  readonly bodyBytes: number;
  readonly bodySha256: string;
  readonly trailers: HeaderList;
}

export class RecordedRequest {
  readonly parts: RequestParts;

  constructor(parts: RequestParts) {
    this.parts = parts;
  }

  /** Value of the first header of that (lower case) name. */
  header(name: string): string | undefined {
    return headerValue(this.parts.headers, name);
  }

  /** Every header that only a copy may carry. */
  get markers(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.parts.headers
        .map(([name, value]) => [name.toLowerCase(), value])
        .filter(([name]) => name?.startsWith('x-shadow')),
    );
  }

  /** Why it was mirrored: `segment:employees`, `sample`, or undefined for a request without markers. */
  get reason(): string | undefined {
    const reason = this.header('x-shadow-reason');
    return reason === 'segment' ? `segment:${this.header('x-shadow-segment')}` : reason;
  }

  /** The number that tests give their requests (`x-test-id`), by which a copy is found again. */
  get testId(): string | undefined {
    return this.header('x-test-id');
  }
}

export class Recorder {
  #requests: RecordedRequest[] = [];
  /** Heads that arrived, whether or not the request was ever completed. */
  started = 0;

  add(parts: RequestParts): RecordedRequest {
    const request = new RecordedRequest(parts);
    this.#requests.push(request);
    return request;
  }

  get all(): readonly RecordedRequest[] {
    return this.#requests;
  }

  get count(): number {
    return this.#requests.length;
  }

  /** The only request with that test id. */
  only(testId: string): RecordedRequest {
    const found = this.#requests.filter((request) => request.testId === testId);
    if (found.length !== 1) throw new Error(`${found.length} requests with x-test-id ${testId}, not 1`);
    return found[0]!;
  }

  has(testId: string): boolean {
    return this.#requests.some((request) => request.testId === testId);
  }

  /** How many requests there are for each value that `key` gives. */
  countBy(key: (request: RecordedRequest) => string | undefined): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const request of this.#requests) {
      const value = key(request) ?? 'none';
      counts[value] = (counts[value] ?? 0) + 1;
    }
    return counts;
  }

  clear(): void {
    this.#requests = [];
    this.started = 0;
  }
}
