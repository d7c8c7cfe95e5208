import type { ConnectedClient } from './connected-client.ts';

export interface AckResult {
  /** Clients that use the snapshot, of those that were connected. */
  readonly acked: number;
  readonly of: number;
  readonly tookMs: number;
  readonly rejections: ReadonlyArray<{ readonly node: string; readonly typeUrl: string; readonly message: string }>;
  /** Nodes that have not answered in time. */
  readonly pending: readonly string[];
}

/**
 * Waits until every given client has acknowledged what it shall have now, or something newer. Ends early when one
 * rejects it. Clients that disconnect no longer count.
 */
export class AckWait {
  readonly result: Promise<AckResult>;
  readonly #start = performance.now();
  readonly #pending: Map<ConnectedClient, number>;
  readonly #timer: NodeJS.Timeout;
  readonly #ignoring: readonly string[];
  #of: number;
  #acked = 0;
  #resolve!: (result: AckResult) => void;
  #done = false;

  /** @param ignoring types whose rejection does not count */
  constructor(clients: Iterable<ConnectedClient>, timeoutMs: number, ignoring: readonly string[] = []) {
    this.#ignoring = ignoring;
    this.#pending = new Map([...clients].map((client) => [client, client.protocol.generation]));
    this.#of = this.#pending.size;
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#timer = setTimeout(() => this.end(), timeoutMs);
    for (const client of [...this.#pending.keys()]) this.update(client);
    if (this.#of === 0) this.end();
  }

  get done(): boolean {
    return this.#done;
  }

  /** To be called when the client has answered something. */
  update(client: ConnectedClient): void {
    const since = this.#pending.get(client);
    if (this.#done || since === undefined) return;
    const rejections = client.protocol.channels.flatMap(({ type, acks: { lastRejection } }) =>
      lastRejection && lastRejection.generation >= since && !this.#ignoring.includes(type.typeUrl)
        ? [{ node: client.node.id, typeUrl: type.typeUrl, message: lastRejection.message }]
        : [],
    );
    if (rejections.length > 0) {
      this.end(rejections);
    } else if (client.protocol.quiet) {
      this.#pending.delete(client);
      this.#acked++;
      if (this.#pending.size === 0) this.end();
    }
  }

  disconnected(client: ConnectedClient): void {
    if (!this.#pending.delete(client)) return;
    this.#of--;
    if (this.#pending.size === 0) this.end();
  }

  end(rejections: AckResult['rejections'] = []): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#resolve({
      acked: this.#acked,
      of: this.#of,
      tookMs: performance.now() - this.#start,
      rejections,
      pending: [...this.#pending.keys()].map(({ node }) => node.id),
    });
  }
}
