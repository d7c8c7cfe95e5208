import { setImmediate as nextTurn } from 'node:timers/promises';
import Fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createShadowGuard,
  expressGuard,
  fastifyGuard,
  guardHttp,
  PROBE_PATH,
  PROOF_HEADER,
  type ShadowGuard,
  type ShadowGuardOptions,
} from './index.ts';
import { FROM_LOOPBACK, MARKED, serverOf } from './testing.ts';

/** The same service, behind each way in: it says whether it thinks that it does shadow work, at once and a turn later. */
const SERVICES = {
  http: (guard: ShadowGuard) =>
    serverOf(
      guardHttp(guard, async (_request, response) => {
        const early = guard.isShadow;
        await nextTurn();
        response.end(`${early} ${guard.isShadow}`);
      }),
    ),
  express: (guard: ShadowGuard) => {
    const middleware = expressGuard(guard);
    return serverOf((request, response) =>
      middleware(request, response, async () => {
        const early = guard.isShadow;
        await nextTurn();
        middleware(request, response, () => response.end(`${early} ${guard.isShadow}`));
      }),
    );
  },
  fastify: async (guard: ShadowGuard) => {
    const app = Fastify();
    onTestFinished(() => app.close());
    app.register(fastifyGuard(guard));
    app.post('/orders', async () => {
      const early = guard.isShadow;
      await nextTurn();
      return `${early} ${guard.isShadow}`;
    });
    return app.listen({ host: '127.0.0.1', port: 0 });
  },
};

const order = (base: string, headers: Record<string, string> = {}) =>
  fetch(`${base}/orders`, {
    method: 'POST',
    body: '{"item":1}',
    headers: { 'content-type': 'application/json', ...headers },
  });

describe.each(Object.entries(SERVICES))('behind %s', (_name, start) => {
  const serve = (options: ShadowGuardOptions) => start(createShadowGuard(options));

  it('a marked request of a trusted proxy is shadow work and says so; one without the marker is not', async () => {
    const base = await serve(FROM_LOOPBACK);
    const marked = await order(base, MARKED.headers);
    expect([await marked.text(), marked.headers.get(PROOF_HEADER)]).toEqual(['true true', 'marked']);
    const plain = await order(base);
    expect([await plain.text(), plain.headers.get(PROOF_HEADER)]).toEqual(['false false', null]);
  });

  it('a request that a stranger marked is refused, and served as any other when that is wanted', async () => {
    const base = await serve({ trustedProxies: ['10.0.0.0/8'], environment: {} });
    const refused = await order(base, MARKED.headers);
    expect([refused.status, refused.headers.get(PROOF_HEADER)]).toEqual([403, null]);
    expect(await refused.json()).toMatchObject({ code: 'SHADOW_REFUSED' });
    const ignoring = await serve({ trustedProxies: ['10.0.0.0/8'], untrustedMarker: 'ignore', environment: {} });
    expect(await (await order(ignoring, MARKED.headers)).text()).toBe('false false');
  });

  it('everything is shadow work with SHADOW_MODE=true', async () => {
    const response = await order(await serve({ environment: { SHADOW_MODE: 'true' } }));
    expect([await response.text(), response.headers.get(PROOF_HEADER)]).toEqual(['true true', 'always']);
  });

  it('answers the probe: mode, and whether a request like the probe itself would be guarded', async () => {
    const probe = async (base: string, init?: RequestInit) => (await fetch(`${base}${PROBE_PATH}?now`, init)).json();
    const marked = await serve(FROM_LOOPBACK);
    const version = expect.stringMatching(/^\d+\.\d+\.\d+/);
    expect(await probe(marked)).toEqual({ guard: 'shadowplane', version, mode: 'marked', guarded: false, covers: [] });
    expect(await probe(marked, MARKED)).toMatchObject({ mode: 'marked', guarded: true });
    const far = await serve({ trustedProxies: ['10.0.0.0/8'], environment: {} });
    expect(await probe(far, MARKED)).toMatchObject({ mode: 'marked', guarded: false });
    expect(await probe(await serve({ environment: { SHADOW_MODE: 'true' } }))).toMatchObject({
      mode: 'always',
      guarded: true,
    });
    expect(await probe(await serve({ environment: {} }), MARKED)).toMatchObject({ mode: 'off', guarded: false });
  });
});

it('a scope is closed when the client has its answer', async () => {
  const guard = createShadowGuard(FROM_LOOPBACK);
  let closed = () => {};
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const base = await serverOf(
    guardHttp(guard, (_request, response) => {
      guard.scope!.resource({}, () => ({ resource: 1, close: async () => closed() }));
      response.end();
    }),
  );
  await fetch(base, MARKED);
  await isClosed;
});
