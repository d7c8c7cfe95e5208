import type { ResourceType } from './resource-types.ts';

/** The names that a client subscribes to, of one type, on one stream. */
export class SubscribedNames {
  readonly #type: ResourceType;
  #names: Set<string> = new Set();
  #wildcard = false;
  /** SotW: a request has named something. Delta: there was a request. After that, an empty list is no wildcard. */
  #everNamed = false;

  constructor(type: ResourceType) {
    this.#type = type;
  }

  get wildcard(): boolean {
    return this.#wildcard;
  }

  get explicit(): ReadonlySet<string> {
    return this.#names;
  }

  covers(name: string): boolean {
    return this.#wildcard || this.#names.has(name);
  }

  /**
   * State of the world: a request lists all names that it subscribes to.
   *
   * @returns whether they are others than before
   */
  replace(listed: readonly string[]): boolean {
    // "If the client sends a request with an empty list of resource names and has never named one of this type on this
    // stream, that is a wildcard subscription (Listener and Cluster only). Once it has named one, an empty list means
    // that it subscribes to nothing."
    if (listed.length > 0) this.#everNamed = true;
    const legacyWildcard = listed.length === 0 && !this.#everNamed && this.#type.fullState;
    const wildcard = legacyWildcard || listed.includes(WILDCARD);
    const names = new Set(listed);
    names.delete(WILDCARD);
    const isSame = wildcard === this.#wildcard && names.size === this.#names.size && isWithin(names, this.#names);
    this.#names = names;
    this.#wildcard = wildcard;
    return !isSame;
  }

  /**
   * Delta: a request lists what to add and what to take away.
   *
   * @returns names that are subscribed by wildcard only from now on
   */
  update(subscribe: readonly string[], unsubscribe: readonly string[]): string[] {
    // "For Listener and Cluster resource types, there is also a wildcard subscription, which is triggered when
    // resource_names_subscribe is empty in the first request on the stream for this type", or by the name "*".
    if (!this.#everNamed && subscribe.length === 0 && this.#type.fullState) this.#wildcard = true;
    this.#everNamed = true;
    for (const name of subscribe) {
      if (name === WILDCARD) this.#wildcard = true;
      else this.#names.add(name);
    }
    const left: string[] = [];
    for (const name of unsubscribe) {
      if (name === WILDCARD) this.#wildcard = false;
      else if (this.#names.delete(name)) left.push(name);
    }
    return this.#wildcard ? left : [];
  }
}

function isWithin(names: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const name of names) if (!others.has(name)) return false;
  return true;
}

const WILDCARD = '*';
