/** Requests to the HTTP API and to Envoy's admin interface. */
import { request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** One request over node:http; `body` is sent as JSON. */
export function httpRequest(method: string, url: string, body?: unknown): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
    const outgoing = request(url, { method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

/** The same where anything but 2xx is a failure of the test. */
export async function httpJson(method: string, url: string, body?: unknown): Promise<Record<string, unknown>> {
  const { status, text } = await httpRequest(method, url, body);
  if (status < 200 || status > 299) throw new Error(`${method} ${url}: ${status} ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
