/**
 * One piece of shadow work, usually a request: what was opened for it is closed when it ends. Work that goes on after the
 * end stays shadow work.
 */
export class ShadowScope {
  readonly #resources = new Map<object, unknown>();
  readonly #atEnd: (() => Promise<void>)[] = [];
  #ended = false;

  get ended(): boolean {
    return this.#ended;
  }

  /** The one resource that this scope has of `owner`; made, and closed at the end, when there is none yet. */
  resource<T>(owner: object, make: () => { readonly resource: T; close(): Promise<void> }): T {
    if (this.#resources.has(owner)) return this.#resources.get(owner) as T;
    const { resource, close } = make();
    this.#resources.set(owner, resource);
    this.#atEnd.push(close);
    return resource;
  }

  /** Closes everything; the second call does nothing. One that fails to close does not keep the others open. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await Promise.allSettled(this.#atEnd.map((close) => close()));
  }
}
