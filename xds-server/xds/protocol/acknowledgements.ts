/** A response as the bookkeeping of ACKs remembers it. */
export interface SentResponse {
  readonly version: string;
  readonly names: readonly string[];
  /** Counts the snapshots of the client: which one the response was made from. */
  readonly generation: number;
}

export interface Rejection {
  readonly version: string;
  /** The client's own words. */
  readonly message: string;
  readonly at: Date;
  readonly generation: number;
}

/** Which responses of one type on one stream the client has accepted, has rejected or still owes an answer for. */
export class Acknowledgements {
  readonly #open = new Map<string, SentResponse>();
  readonly #rejectedNames = new Set<string>();
  #sentVersion: string | undefined;
  #ackedVersion: string | undefined;
  #lastRejection: Rejection | undefined;

  get sentVersion(): string | undefined {
    return this.#sentVersion;
  }

  get ackedVersion(): string | undefined {
    return this.#ackedVersion;
  }

  /** Of content that the client still lacks because it was rejected; an ACK of newer content clears it. */
  get lastRejection(): Rejection | undefined {
    return this.#lastRejection;
  }

  /** How many responses the client has not answered. */
  get open(): number {
    return this.#open.size;
  }

  waitsFor(nonce: string): boolean {
    return this.#open.has(nonce);
  }

  /** A response with this resource has not been answered. */
  waitsForResource(name: string): boolean {
    return [...this.#open.values()].some(({ names }) => names.includes(name));
  }

  /** The client refused the latest version of this resource. */
  rejects(name: string): boolean {
    return this.#rejectedNames.has(name);
  }

  /** All that was sent is in use. */
  get settled(): boolean {
    return this.#open.size === 0 && this.#lastRejection === undefined;
  }

  sent(nonce: string, response: SentResponse): void {
    this.#open.set(nonce, response);
    this.#sentVersion = response.version;
  }

  /** @returns the response that is acknowledged; undefined if the nonce is none that waits for an answer */
  ack(nonce: string): SentResponse | undefined {
    const response = this.#take(nonce);
    if (!response) return undefined;
    this.#ackedVersion = response.version;
    for (const name of response.names) this.#rejectedNames.delete(name);
    if (this.#rejectedNames.size === 0) this.#lastRejection = undefined;
    return response;
  }

  /** @returns the response that is rejected; undefined if the nonce is none that waits for an answer */
  nack(nonce: string, message: string, at: Date): SentResponse | undefined {
    const response = this.#take(nonce);
    if (!response) return undefined;
    for (const name of response.names) this.#rejectedNames.add(name);
    this.#lastRejection = { version: response.version, message, at, generation: response.generation };
    return response;
  }

  /** The client has nothing to do with this resource any more. */
  forget(name: string): void {
    if (this.#rejectedNames.delete(name) && this.#rejectedNames.size === 0) this.#lastRejection = undefined;
  }

  #take(nonce: string): SentResponse | undefined {
    const response = this.#open.get(nonce);
    this.#open.delete(nonce);
    return response;
  }
}
