import http, { get, type IncomingMessage, request } from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { createShadowGuard, guardOutgoingHttp, type OutgoingOptions, undiciGuard } from '../index.ts';
import { serverOf } from '../testing.ts';

/** The other side: what reached it, and with which marker. */
async function otherSide() {
  const reached: string[] = [];
  const base = await serverOf(async (incoming, response) => {
    reached.push(
      `${incoming.method} ${incoming.url} ${incoming.headers['x-shadow'] ?? '-'} ${await text(incoming)}`.trim(),
    );
    response.end('real');
  });
  return { base, reached };
}

function guarded(options: OutgoingOptions) {
  const guard = createShadowGuard({ environment: {} });
  onTestFinished(guardOutgoingHttp(guard, options));
  return guard;
}

const byHttp = (url: string, method: string, body = '') =>
  new Promise<string>((resolve, reject) => {
    const call = request(url, { method }, async (response) =>
      resolve(`${response.statusCode} ${await text(response)}`),
    );
    call.setTimeout(5000);
    call.on('error', reject);
    call.end(body);
  });
const byFetch = async (url: string, method: string, body?: string) => {
  const response = await fetch(url, { method, ...(body ? { body } : {}) });
  return `${response.status} ${await response.text()}`;
};
const WAYS = [
  ['fetch', byFetch],
  ['node:http', byHttp],
] as const;

it.each(WAYS)('%s: side effects are refused, safe and allowed calls pass with the marker', async (_name, call) => {
  const { base, reached } = await otherSide();
  const guard = guarded({ allow: [{ url: `${base}/search`, methods: ['post'] }] });
  await guard.runShadow(async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      await expect(call(`${base}/pay?card=1`, method), method).rejects.toMatchObject({
        code: 'SHADOW_REFUSED',
        message: expect.stringMatching(`${method} ${base}/pay was not sent`),
      });
    }
    await expect(call(`${base}/searches`, 'POST')).rejects.toMatchObject({ code: 'SHADOW_REFUSED' });
    expect(await call(`${base}/price`, 'GET')).toBe('200 real');
    expect(await call(`${base}/search/all`, 'POST', 'lamp')).toBe('200 real');
  });
  expect(reached).toEqual(['GET /price true', 'POST /search/all true lamp']);
  expect(guard.suppressedCounts.get('outgoing-http')).toBe(5);
  expect(guard.probe(true).covers).toEqual(['outgoing-http']);
});

it.each(WAYS)('%s: real work goes out as it is', async (_name, call) => {
  const { base, reached } = await otherSide();
  guarded({ stubs: [{ url: base, answer: {} }] });
  expect(await call(`${base}/pay`, 'POST', 'money')).toBe('200 real');
  expect(reached).toEqual(['POST /pay - money']);
});

it.each(WAYS)('%s: a stub answers in place of the other side', async (_name, call) => {
  const { base, reached } = await otherSide();
  const guard = guarded({
    stubs: [
      { url: `${base}/pay`, methods: ['POST'], answer: ({ body }) => ({ status: 201, body: { paid: `${body}` } }) },
      { url: /\/mail\?/g, answer: { status: 202 } },
      {
        url: `${base}/broken`,
        answer: () => {
          throw new Error('the stub fails');
        },
      },
    ],
  });
  await guard.runShadow(async () => {
    expect(await call(`${base}/pay/now`, 'POST', '12')).toBe('201 {"paid":"12"}');
    expect(await call(`${base}/mail?to=a`, 'GET')).toBe('202 ');
    expect(await call(`${base}/mail?to=b`, 'GET')).toBe('202 ');
    await expect(call(`${base}/broken`, 'POST')).rejects.toThrow('the stub fails');
  });
  expect(reached).toEqual([]);
});

it('every form of node:http and node:https calls is guarded', async () => {
  const { base, reached } = await otherSide();
  const guard = guarded({ stubs: [{ url: 'https://pay.invalid', answer: { body: 'stubbed' } }] });
  const { hostname, port } = new URL(base);
  const answerOf = (start: (done: (response: IncomingMessage) => void) => http.ClientRequest) =>
    new Promise<string>((resolve, reject) => {
      start(async (response) => resolve(await text(response)))
        .on('error', reject)
        .end();
    });
  await guard.runShadow(async () => {
    expect(await answerOf((done) => get(new URL(`${base}/a`), done))).toBe('real');
    expect(
      await answerOf((done) => http.get({ hostname, port, path: '/b', headers: ['x-a', '1', 'host', 'a'] }, done)),
    ).toBe('real');
    expect(await answerOf((done) => https.request('https://pay.invalid/x', { method: 'POST' }, done))).toBe('stubbed');
    const refused = answerOf((done) => https.request({ host: 'other.invalid', method: 'post', path: '/x' }, done));
    await expect(refused).rejects.toThrow('POST https://other.invalid/x was not sent');
  });
  expect(reached).toEqual(['GET /a true', 'GET /b true']);
});

it("undici's dispatchers refuse and mark, too", async () => {
  const { base, reached } = await otherSide();
  const guard = createShadowGuard({ environment: {} });
  // Node's own undici, which comes to light with the first fetch.
  await fetch(base);
  // biome-ignore lint/suspicious/noExplicitAny: Node has no types for what it does not export.
  const agent = (globalThis as any)[Symbol.for('undici.globalDispatcher.1')].compose(undiciGuard(guard));
  const call = async (method: string, headers: unknown) => {
    const { body } = await agent.request({ origin: base, path: '/u', method, headers });
    return body.text();
  };
  await guard.runShadow(async () => {
    await expect(call('POST', {})).rejects.toMatchObject({ code: 'SHADOW_REFUSED' });
    for (const headers of [undefined, { a: 'b' }, ['a', 'b'], new Map([['a', 'b']])])
      expect(await call('GET', headers)).toBe('real');
  });
  expect(await call('POST', {})).toBe('real');
  expect(reached.slice(1)).toEqual([...Array(4).fill('GET /u true'), 'POST /u -']);
});
