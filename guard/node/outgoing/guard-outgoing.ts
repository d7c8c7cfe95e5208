import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import type { ShadowGuard } from '../shadow-guard.ts';
import { guardFetch } from './guard-fetch.ts';
import { guardRequest, type RequestFunction } from './guard-node-http.ts';
import type { OutgoingOptions } from './rules.ts';

/**
 * Guards the calls that this process makes by `fetch`, `node:http` and `node:https`, whoever makes them: those with side
 * effects are answered by a stub or refused, safe ones pass with the marker. Returns what takes the guard away again.
 */
export function guardOutgoingHttp(guard: ShadowGuard, options: OutgoingOptions = {}): () => void {
  const original = { fetch: globalThis.fetch, http: { ...http }, https: { ...https } };
  const plainRequest = http.request as RequestFunction;
  globalThis.fetch = guardFetch(guard, original.fetch, options);
  for (const [module, protocol] of [[http, 'http:'] as const, [https, 'https:'] as const]) {
    const request = guardRequest(guard, module.request as RequestFunction, protocol, options, plainRequest);
    const get: RequestFunction = (...parameters) => {
      const call = request(...parameters);
      call.end();
      return call;
    };
    Object.assign(module, { request, get });
  }
  // For those who import { request } from 'node:http'.
  syncBuiltinESMExports();
  guard.cover('outgoing-http');
  return () => {
    globalThis.fetch = original.fetch;
    Object.assign(http, { request: original.http.request, get: original.http.get });
    Object.assign(https, { request: original.https.request, get: original.https.get });
    syncBuiltinESMExports();
  };
}
