import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { ShadowScope } from './scope.ts';
import { type GuardMode, type RequestMode, readShadowMode, trustedAddresses } from './shadow-mode.ts';

/** The part of an OpenTelemetry span that is needed. */
export interface SpanLike {
  setAttribute(key: string, value: string | number | boolean): unknown;
}

export interface ShadowGuardOptions {
  /**
   * Addresses and networks of the proxies whose marker (`x-shadow: true`) is believed; the peer of the connection counts,
   * not `x-forwarded-for`. Default: none, so that only `SHADOW_MODE` switches the guard on.
   */
  readonly trustedProxies?: readonly string[];
  /**
   * What becomes of a request that somebody else marked. `refuse` (default) answers 403: it may be a copy from a proxy
   * that was forgotten in `trustedProxies`, and serving it would do the work twice. `ignore` serves it as any other.
   */
  readonly untrustedMarker?: 'refuse' | 'ignore';
  /** Where `SHADOW_MODE` is read, once. Default: `process.env`. */
  readonly environment?: NodeJS.ProcessEnv;
  /** The span to write `shadow_mode` and `db.write_suppressed` to: `() => trace.getActiveSpan()`. Default: none. */
  readonly activeSpan?: () => SpanLike | undefined;
}

/** What the guard can keep from happening. A service's probe names those that it has switched on. */
export type Cover = 'postgres' | 'kafka' | 'outgoing-http';

/** The answer to `GET /.well-known/shadow-guard`. */
export interface ProbeAnswer {
  readonly guard: 'shadowplane';
  readonly version: string;
  readonly mode: GuardMode;
  /** Whether this very request, with its marker and from its address, is served as shadow work. */
  readonly guarded: boolean;
  readonly covers: readonly Cover[];
}

export const MARKER = 'x-shadow';

/**
 * Knows which work is shadow work, carries that through everything asynchronous, and counts what was kept from happening.
 * The wrappers (requests, PostgreSQL, Kafka, outgoing HTTP) ask it; it knows none of them.
 */
export class ShadowGuard {
  readonly mode: GuardMode;
  readonly #isTrusted: (address: string | undefined) => boolean;
  readonly #untrustedMarker: 'refuse' | 'ignore';
  readonly #activeSpan: () => SpanLike | undefined;
  readonly #scopes = new AsyncLocalStorage<ShadowScope | undefined>();
  readonly #covers = new Set<Cover>();
  readonly #suppressed = new Map<Cover, number>();

  constructor(options: ShadowGuardOptions = {}) {
    const trusted = options.trustedProxies ?? [];
    this.#isTrusted = trustedAddresses(trusted);
    this.#untrustedMarker = options.untrustedMarker ?? 'refuse';
    this.#activeSpan = options.activeSpan ?? (() => undefined);
    if (readShadowMode(options.environment ?? process.env)) this.mode = 'always';
    else this.mode = trusted.length > 0 ? 'marked' : 'off';
  }

  /** Whether what runs now is shadow work. */
  get isShadow(): boolean {
    return this.mode === 'always' || this.scope !== undefined;
  }

  /** The shadow work that runs now, if it has a beginning and an end. */
  get scope(): ShadowScope | undefined {
    return this.#scopes.getStore();
  }

  /** The labels that metrics of what runs now should carry. */
  get metricLabels(): { readonly shadow: 'true' | 'false' } {
    return { shadow: this.isShadow ? 'true' : 'false' };
  }

  /** How to serve a request with this marker (the value of `x-shadow`) from this peer. */
  decide(marker: string | readonly string[] | undefined, peer: string | undefined): RequestMode {
    if (this.mode === 'always') return 'shadow';
    // Anything but a plain "true" is somebody else's header; a marker that came twice is still a marker.
    if (
      !String(marker ?? '')
        .split(',')
        .some((value) => value.trim().toLowerCase() === 'true')
    )
      return 'real';
    if (this.#isTrusted(peer)) return 'shadow';
    return this.#untrustedMarker === 'refuse' ? 'refused' : 'real';
  }

  /** Runs `work`, and everything asynchronous that it starts, as part of `scope`. */
  enter<T>(scope: ShadowScope, work: () => T): T {
    return this.#scopes.run(scope, () => {
      this.#activeSpan()?.setAttribute('shadow_mode', true);
      return work();
    });
  }

  /** Runs `work` as part of no request: for what a request makes and others use later. */
  outside<T>(work: () => T): T {
    return this.#scopes.run(undefined, work);
  }

  /** Runs a job (a queue's message, a timer's work) as shadow work, and closes what was opened for it when it is done. */
  async runShadow<T>(work: () => Promise<T>): Promise<T> {
    const scope = new ShadowScope();
    try {
      return await this.enter(scope, work);
    } finally {
      await scope.end();
    }
  }

  /** A wrapper says that it is in place. */
  cover(what: Cover): void {
    this.#covers.add(what);
  }

  /** A wrapper says that it kept something from happening. */
  suppressed(what: Cover, count = 1): void {
    this.#suppressed.set(what, (this.#suppressed.get(what) ?? 0) + count);
    if (what === 'postgres') this.#activeSpan()?.setAttribute('db.write_suppressed', true);
  }

  /** How often something was kept from happening since the start. */
  get suppressedCounts(): ReadonlyMap<Cover, number> {
    return this.#suppressed;
  }

  probe(guarded: boolean): ProbeAnswer {
    return { guard: 'shadowplane', version: version(), mode: this.mode, guarded, covers: [...this.#covers].sort() };
  }
}

/** The guard of this process. Make one, before the first request, and hand it to every wrapper. */
export function createShadowGuard(options?: ShadowGuardOptions): ShadowGuard {
  return new ShadowGuard(options);
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}
