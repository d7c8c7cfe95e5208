/**
 * Several control planes over one store: who does not drive a rollout has in force what is stored of it, and follows one
 * that is silent for too long. Whether it is silent is told by its beat and by our own steady clock alone: clocks of
 * machines and of the database may be set, and nobody is followed for that.
 */
import { isOver } from '../../rollout/index.ts';
import type { Head, RolloutStore } from './rollout-store.ts';
import type { Seat } from './seat.ts';

export interface ReplicasOptions {
  readonly store: Pick<RolloutStore, 'heads' | 'read'>;
  readonly seatOf: (mirror: string) => Seat;
  readonly now: () => number;
  /** How long another that drives may be silent. Default 5 s. */
  readonly leaseMs?: number | undefined;
}

const LEASE_MS = 5_000;
const BEAT_EVERY_MS = 1_000;

export class Replicas {
  readonly #options: ReplicasOptions;
  /** By mirror: when the one that drives was last heard of. */
  readonly #heard = new Map<string, { readonly of: string; readonly atMs: number }>();

  constructor(options: ReplicasOptions) {
    this.#options = options;
  }

  /** Reads what others have stored, once. @throws ShadowplaneError STORE_FAILED */
  async poll(): Promise<void> {
    for (const head of await this.#options.store.heads()) {
      const seat = this.#options.seatOf(head.mirror);
      if (isNews(head, seat.head)) {
        const stored = await this.#options.store.read(head.mirror);
        if (stored) seat.adopt(stored);
      }
      if (seat.isMine) await this.#beat(seat);
      else await this.#watch(seat, head);
    }
  }

  async #beat(seat: Seat): Promise<void> {
    const nowMs = this.#options.now();
    const last = this.#heard.get(seat.mirror);
    if (last && nowMs - last.atMs < BEAT_EVERY_MS) return;
    this.#heard.set(seat.mirror, { of: 'us', atMs: nowMs });
    await seat.beat();
  }

  async #watch(seat: Seat, { term, beat }: Head): Promise<void> {
    const nowMs = this.#options.now();
    const of = `${term} ${beat}`;
    const last = this.#heard.get(seat.mirror);
    if (last?.of !== of) {
      this.#heard.set(seat.mirror, { of, atMs: nowMs });
      return;
    }
    const isSilent = nowMs - last.atMs > (this.#options.leaseMs ?? LEASE_MS);
    if (isSilent && seat.run && (!isOver(seat.run.state) || seat.run.finish !== undefined)) await seat.claim();
  }
}

function isNews(head: Head, known: Head | undefined): boolean {
  return !known || head.term > known.term || (head.term === known.term && head.version > known.version);
}
