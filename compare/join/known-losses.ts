import type { Side } from '../ingest/index.ts';
import type { LossCause } from './outcome.ts';

/**
 * Losses that were observed elsewhere (a batch that never came, a full VM, a copy that Envoy refused), waiting for the
 * exchanges that they explain: the exchange says that a side is missing, this says why. What no exchange asks for in time
 * is counted as unclaimed: those halves belonged to exchanges of which nothing arrived at all.
 */
export type LossSide = 'primary' | 'shadow';
export type Unclaimed = Readonly<Record<LossSide, Readonly<Partial<Record<LossCause, number>>>>>;

export interface KnownLoss {
  /** Which halves: those of the answers to users, or those of copies. By the VM that had them. */
  readonly side: LossSide;
  readonly cause: LossCause;
  readonly count: number;
  /** Only exchanges of this mirror; without it, of any. */
  readonly mirror?: string;
  /** Of the shadow side only this copy's; without it, any's. */
  readonly copy?: Side;
}

interface Waiting {
  readonly loss: KnownLoss;
  left: number;
  readonly sinceMs: number;
}

/** Losses come at most a few a second; should there be more, the oldest are counted as unclaimed early. */
const MAX_WAITING = 1_024;

export class KnownLosses {
  readonly #keepMs: number;
  readonly #onUnclaimed: (loss: KnownLoss) => void;
  #waiting: Waiting[] = [];
  readonly #unclaimed: Record<LossSide, Partial<Record<LossCause, number>>> = { primary: {}, shadow: {} };

  /** @param onUnclaimed told of what no exchange has asked for. */
  constructor(keepMs: number, onUnclaimed: (loss: KnownLoss) => void) {
    this.#keepMs = keepMs;
    this.#onUnclaimed = onUnclaimed;
  }

  add(loss: KnownLoss, nowMs: number): void {
    const last = this.#waiting.at(-1);
    if (last && isSame(last.loss, loss) && last.sinceMs === nowMs) last.left += loss.count;
    else this.#waiting.push({ loss, left: loss.count, sinceMs: nowMs });
    if (this.#waiting.length > MAX_WAITING) this.#giveUp(this.#waiting.shift()!);
  }

  /** The cause of one missing half, used up by that; undefined when none is known. */
  claim(side: LossSide, mirror: string, copy?: KnownLoss['copy']): LossCause | undefined {
    const fits = ({ left, loss }: Waiting) =>
      left > 0 && loss.side === side && (loss.mirror ?? mirror) === mirror && (loss.copy ?? copy) === copy;
    // What can be of any copy is left to the others as long as there is a choice.
    const waiting = this.#waiting.find((one) => one.loss.copy !== undefined && fits(one)) ?? this.#waiting.find(fits);
    if (!waiting) return undefined;
    waiting.left -= 1;
    return waiting.loss.cause;
  }

  advance(nowMs: number): void {
    const stay: Waiting[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.left === 0) continue;
      if (nowMs - waiting.sinceMs < this.#keepMs) stay.push(waiting);
      else this.#giveUp(waiting);
    }
    this.#waiting = stay;
  }

  /** Halves since the start. */
  unclaimed(): Unclaimed {
    return structuredClone(this.#unclaimed);
  }

  #giveUp({ loss, left }: Waiting): void {
    if (left === 0) return;
    const { side, cause } = loss;
    this.#unclaimed[side][cause] = (this.#unclaimed[side][cause] ?? 0) + left;
    this.#onUnclaimed({ ...loss, count: left });
  }
}

function isSame(one: KnownLoss, other: KnownLoss): boolean {
  return (['side', 'cause', 'mirror', 'copy'] as const).every((part) => one[part] === other[part]);
}
