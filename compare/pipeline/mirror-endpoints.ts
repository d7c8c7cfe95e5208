import { currentEndpoint, type Endpoints, endpointOf, newEndpoints } from '../endpoint/index.ts';
import type { Half } from '../ingest/index.ts';
import type { Task } from './job.ts';

interface Templated {
  readonly templates?: readonly string[];
}

/** The endpoints of each mirror: those of its templates, the others as they are learnt from its requests. */
export class MirrorEndpoints {
  readonly #onRenamed: (mirror: string, current: (earlier: string) => string) => void;
  readonly #endpoints = new Map<string, Endpoints>();
  #mirrors: ReadonlyMap<string, Templated> = new Map();
  #renames = 0;

  /** @param onRenamed told when endpoints of a mirror that were known have another name, with what gives it */
  constructor(onRenamed: (mirror: string, current: (earlier: string) => string) => void) {
    this.#onRenamed = onRenamed;
  }

  /** How often endpoints have been renamed. */
  get renames(): number {
    return this.#renames;
  }

  /** Mirrors that are gone, and those with other templates, begin anew. */
  follow(mirrors: ReadonlyMap<string, Templated>): void {
    for (const mirror of this.#endpoints.keys()) {
      const now = mirrors.get(mirror);
      const isSame = now && sameTexts(now.templates, this.#mirrors.get(mirror)?.templates);
      if (!isSame) this.#endpoints.delete(mirror);
    }
    this.#mirrors = mirrors;
  }

  of(mirror: string, { method, path }: Pick<Half, 'method' | 'path'>): string {
    const endpoints = this.#endpoints.get(mirror) ?? this.#begin(mirror);
    const { endpoint, renamed } = endpointOf(endpoints, method, path);
    if (renamed) {
      this.#renames += 1;
      this.#onRenamed(mirror, (earlier) => currentEndpoint(endpoints, earlier));
    }
    return endpoint;
  }

  /** The endpoint of a task, which may have been renamed while it was compared. */
  current(mirror: string, { endpoint, renames }: Pick<Task, 'endpoint' | 'renames'>): string {
    const endpoints = renames < this.#renames ? this.#endpoints.get(mirror) : undefined;
    return endpoints ? currentEndpoint(endpoints, endpoint) : endpoint;
  }

  #begin(mirror: string): Endpoints {
    const { templates } = this.#mirrors.get(mirror) ?? {};
    const endpoints = newEndpoints(templates ? { templates } : {});
    this.#endpoints.set(mirror, endpoints);
    return endpoints;
  }
}

function sameTexts(one: readonly string[] = [], other: readonly string[] = []): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}
