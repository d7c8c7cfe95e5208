import { MARKER, type ShadowGuard } from '../shadow-guard.ts';
import { answerOf, decide, type OutgoingOptions, refusal } from './rules.ts';

type Fetch = typeof fetch;

/** A `fetch` that keeps shadow work from changing anything elsewhere, and marks the calls that pass. */
export function guardFetch(guard: ShadowGuard, fetch: Fetch, options: OutgoingOptions): Fetch {
  return async (input, init) => {
    const original = input instanceof Request ? input : undefined;
    const url = new URL(original?.url ?? String(input));
    if (!guard.isShadow || !/^https?:$/.test(url.protocol)) return fetch(input, init);
    const method = (init?.method ?? original?.method ?? 'GET').toUpperCase();
    const decision = decide(method, url, options);
    if (decision.action === 'refuse') throw refusal(guard, method, url);
    if (decision.action === 'stub') {
      const body = Buffer.from(await new Request(input, init).arrayBuffer());
      const answer = await answerOf(guard, decision.stub, { method, url, body });
      const bodiless = method === 'HEAD' || [204, 205, 304].includes(answer.status);
      return new Response(bodiless ? null : (answer.body as string), answer);
    }
    const headers = new Headers(init?.headers ?? original?.headers);
    headers.set(MARKER, 'true');
    return fetch(input, { ...init, headers });
  };
}
