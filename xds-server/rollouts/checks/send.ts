/** One request to somebody else's server, within bounds: in time, in bytes, and to no other host than was asked for. */
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

export interface Question {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  /** JSON. */
  readonly body?: string;
  readonly timeoutMs: number;
  /** Gives up at once. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** There was more, which was not read. */
  readonly isCut: boolean;
}

const MAX_BODY_BYTES = 64 * 1024;
const MAX_REDIRECTS = 3;

/** @throws Error in words for people when there is no answer */
export async function send(question: Question): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(question.timeoutMs);
  const signal = AbortSignal.any([question.signal, timeout]);
  try {
    let { url } = question;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const { location, ...answer } = await sendOnce({ ...question, url, signal });
      if (location === undefined) return answer;
      url = redirected(url, location, question.method, answer.status);
    }
    throw new Error(`redirects more than ${MAX_REDIRECTS} times`);
  } catch (error) {
    throw timeout.aborted ? new Error(`does not answer within ${question.timeoutMs} ms`, { cause: error }) : error;
  }
}

/** Another host was not agreed on by whoever wrote the address. */
function redirected(from: URL, location: string, method: Question['method'], status: number): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to?.origin !== from.origin) throw new Error('redirects to another host, which is not followed');
  if (method === 'POST' && status !== 307 && status !== 308)
    throw new Error(`answered ${status}, which drops what is sent`);
  return to;
}

function sendOnce({ url, method, body, signal }: Question): Promise<HttpAnswer & { readonly location?: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      accept: 'application/json',
      'user-agent': 'shadowplane',
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const request = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, {
      method,
      headers,
      signal,
      agent: false,
    });
    request.once('error', (error: NodeJS.ErrnoException) => reject(new Error(wordsOf(error), { cause: error })));
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      const { location } = response.headers;
      const chunks: Buffer[] = [];
      let bytes = 0;
      const done = (isCut: boolean): void => {
        const isRedirect = [301, 302, 303, 307, 308].includes(status) && location !== undefined;
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status, body: text, isCut, ...(isRedirect && { location }) });
        request.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk.subarray(0, MAX_BODY_BYTES - bytes));
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) done(true);
      });
      response.once('error', (error: NodeJS.ErrnoException) => reject(new Error(wordsOf(error), { cause: error })));
      response.once('end', () => done(false));
    });
    request.end(body);
  });
}

/** Never with the address, whose query may hold what is not for everybody. */
function wordsOf({ code, message }: NodeJS.ErrnoException): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'refuses the connection',
    ECONNRESET: 'broke the connection off',
    ENOTFOUND: 'has no address by that name',
    EAI_AGAIN: 'has no address by that name just now',
    ABORT_ERR: 'was not waited for',
  };
  return words[code ?? ''] ?? `cannot be asked: ${code ?? message}`;
}
