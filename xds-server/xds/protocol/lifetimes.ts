import type { EncodedResource } from '../resource.ts';

/** Twice a heartbeat may be lost or late before the client drops the resource. */
const HEARTBEATS_PER_LIFETIME = 3;

/** When the resources that a client drops on its own have to be renewed. */
export class Lifetimes {
  readonly #entries = new Map<string, { readonly resource: EncodedResource; readonly renewAt: number }>();

  get none(): boolean {
    return this.#entries.size === 0;
  }

  get nextRenewalAt(): number | undefined {
    if (this.#entries.size === 0) return undefined;
    return Math.min(...[...this.#entries.values()].map(({ renewAt }) => renewAt));
  }

  /** The client was sent this; without a time to live it keeps it from now on. */
  renewed(resource: EncodedResource, nowMs: number): void {
    const { name, ttlMs } = resource;
    if (ttlMs === undefined) this.#entries.delete(name);
    else this.#entries.set(name, { resource, renewAt: nowMs + ttlMs / HEARTBEATS_PER_LIFETIME });
  }

  /** The client has this since nobody knows when; it is renewed at once. */
  adopt(resource: EncodedResource): void {
    if (!this.#entries.has(resource.name)) this.#entries.set(resource.name, { resource, renewAt: 0 });
  }

  /** @param lives what the client has no more is forgotten */
  due(nowMs: number, lives: (resource: EncodedResource) => boolean): EncodedResource[] {
    for (const [name, { resource }] of this.#entries) if (!lives(resource)) this.#entries.delete(name);
    return [...this.#entries.values()].flatMap(({ resource, renewAt }) => (renewAt <= nowMs ? resource : []));
  }
}
