/** Requests one after another on a few keep-alive connections, until stopped; each remembers its times. */
import { RawConnection, type Recorder } from '../../test/support/index.ts';
import type { Probe } from './flip.ts';

interface Sent {
  readonly id: string;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
}

export class Prober {
  readonly #sent: Sent[] = [];
  #running = true;
  #done: Promise<unknown> = Promise.resolve();

  /** @param path that the mirror copies. */
  static async start(port: number, path: string, connections: number): Promise<Prober> {
    const prober = new Prober();
    const open = await Promise.all(Array.from({ length: connections }, () => RawConnection.open(port)));
    prober.#done = Promise.all(open.map((connection, index) => prober.#probe(connection, path, index)));
    return prober;
  }

  get count(): number {
    return this.#sent.length;
  }

  /** Ends after the requests under way and tells which of all were copied, by what the shadow has received. */
  async stop(): Promise<readonly Sent[]> {
    this.#running = false;
    await this.#done;
    return this.#sent;
  }

  async #probe(connection: RawConnection, path: string, index: number): Promise<void> {
    try {
      for (let number = 0; this.#running; number++) {
        const id = `${index}-${number}`;
        const sentAtMs = performance.now();
        const { status } = await connection.request({ path, headers: { 'x-test-id': id } });
        if (status !== 200) throw new Error(`a probe was answered ${status}`);
        this.#sent.push({ id, sentAtMs, answeredAtMs: performance.now() });
      }
    } finally {
      connection.close();
    }
  }
}

export function withCopies(sent: readonly Sent[], shadow: Recorder): Probe[] {
  const copied = new Set(shadow.all.map(({ testId }) => testId));
  return sent.map(({ id, ...times }) => ({ ...times, copied: copied.has(id) }));
}
