import type { Half, Side } from '../ingest/index.ts';
import { type KnownLoss, KnownLosses, type Unclaimed } from './known-losses.ts';
import { answersUser, failures, type Joined, type LossCause, type Lost, obstacle } from './outcome.ts';

/**
 * Pairs the halves of exchanges. Every exchange of which at least one half arrives ends exactly once, in `onJoined` or in
 * `onLost`, whatever the order, the repetition or the loss of its halves. Nothing happens by itself: time comes with the
 * calls, and both the waiting halves and the memory of what has ended are bounded, by number and by bytes.
 */
export interface JoinerOptions {
  /** How long the first half waits for the others. Default 30 s. */
  readonly windowMs?: number;
  /** Exchanges that wait; beyond, the oldest ends early. Default 100,000. */
  readonly maxWaiting?: number;
  /** Of waiting halves. Default 256 MiB. */
  readonly maxBytes?: number;
  /** Ended exchanges that are remembered for one window, so that a late half does not begin them anew. Default 200,000. */
  readonly maxEnded?: number;
  /** Whether copies of this mirror also go to a control. */
  readonly expectsControl: (mirror: string) => boolean;
  /** How long a copy of this mirror may live; without it failures are told by status alone. */
  readonly copyTimeoutMs?: (mirror: string) => number | undefined;
  readonly onJoined: (joined: Joined) => void;
  readonly onLost: (lost: Lost) => void;
  /** Told of every answer that Envoy gave instead of a service, when its exchange ends, and of its request where that is known. */
  readonly onLocalReply?: (half: Half, request: Half | undefined) => void;
  /** Answers to users that are known to be lost, of exchanges of which nothing else arrived either. */
  readonly onUnseen?: (loss: Pick<KnownLoss, 'cause' | 'count' | 'mirror'>) => void;
}

export interface JoinerStats {
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly ended: number;
  /** Halves that were here already. */
  readonly duplicates: number;
  /** Halves that came after their exchange had ended without them. */
  readonly late: number;
  /** Lost halves of exchanges of which nothing arrived at all. */
  readonly unclaimed: Unclaimed;
}

interface Waiting {
  readonly key: string;
  readonly first: Half;
  readonly sinceMs: number;
  bytes: number;
  primary?: Half;
  candidate?: Half;
  control?: Half;
}

/** What a waiting half costs beside its bytes: objects, strings, its place in the map. */
const HALF_OVERHEAD_BYTES = 512;
const SIDE_BIT: Record<Side, number> = { primary: 1, candidate: 2, control: 4 };

export class Joiner {
  readonly #options: Required<JoinerOptions>;
  /** In order of their first half. */
  readonly #waiting = new Map<string, Waiting>();
  #waitingBytes = 0;
  /** In order of their end; the value is the time of it, times eight, plus a bit for each side that was here. */
  readonly #ended = new Map<string, number>();
  readonly #losses: KnownLosses;
  #nowMs = 0;
  #duplicates = 0;
  #late = 0;

  constructor(options: JoinerOptions) {
    this.#options = {
      windowMs: 30_000,
      maxWaiting: 100_000,
      maxBytes: 2 ** 28,
      maxEnded: 200_000,
      onUnseen: () => {},
      onLocalReply: () => {},
      copyTimeoutMs: () => undefined,
      ...options,
    };
    // A loss is known within seconds; the exchange that it explains asks for it when its window ends.
    this.#losses = new KnownLosses(2 * this.#options.windowMs, (loss) => {
      if (loss.side === 'primary') this.#options.onUnseen(loss);
    });
  }

  add(half: Half, nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    // Ids are unique in one Envoy's mirror; an id that two mirrors share must not pair their halves.
    const key = `${half.mirror}/${half.exchangeId}`;
    if (this.#isRepetition(key, half.side)) return;
    let exchange = this.#waiting.get(key);
    if (!exchange) {
      exchange = { key, first: half, sinceMs: this.#nowMs, bytes: 0 };
      this.#waiting.set(key, exchange);
    }
    const bytes = half.encoded.length + HALF_OVERHEAD_BYTES;
    exchange[half.side] = half;
    exchange.bytes += bytes;
    this.#waitingBytes += bytes;
    if (this.#isComplete(exchange)) this.#end(exchange);
    else this.#makeRoom();
  }

  /** Tells of halves or copies that are known to be lost, so that the exchanges that lack them can name the cause. */
  explain(loss: KnownLoss, nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    this.#losses.add(loss, this.#nowMs);
  }

  /** Ends what has waited for a whole window. */
  advance(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    const before = this.#nowMs - this.#options.windowMs;
    for (const exchange of this.#waiting.values()) {
      if (exchange.sinceMs > before) break;
      this.#end(exchange);
    }
    for (const [key, packed] of this.#ended) {
      if (Math.floor(packed / 8) > before) break;
      this.#ended.delete(key);
    }
    this.#losses.advance(this.#nowMs);
  }

  /** Ends everything that waits, as if its window were over. */
  close(): void {
    for (const exchange of this.#waiting.values()) this.#end(exchange);
  }

  repetitions(): Pick<JoinerStats, 'duplicates' | 'late'> {
    return { duplicates: this.#duplicates, late: this.#late };
  }

  stats(): JoinerStats {
    return {
      waiting: this.#waiting.size,
      waitingBytes: this.#waitingBytes,
      ended: this.#ended.size,
      ...this.repetitions(),
      unclaimed: this.#losses.unclaimed(),
    };
  }

  #isRepetition(key: string, side: Side): boolean {
    const ended = this.#ended.get(key);
    if (ended !== undefined) {
      if ((ended % 8) & SIDE_BIT[side]) this.#duplicates += 1;
      else {
        this.#late += 1;
        this.#ended.set(key, ended + SIDE_BIT[side]);
      }
      return true;
    }
    if (!this.#waiting.get(key)?.[side]) return false;
    this.#duplicates += 1;
    return true;
  }

  #isComplete({ first, primary, candidate, control }: Waiting): boolean {
    if (!primary || !candidate) return false;
    // A pair that cannot be compared needs no control.
    return (
      control !== undefined ||
      obstacle(...userAndCopy(primary, candidate)) !== undefined ||
      !this.#options.expectsControl(first.mirror)
    );
  }

  #makeRoom(): void {
    const { maxWaiting, maxBytes } = this.#options;
    for (const exchange of this.#waiting.values()) {
      if (this.#waiting.size <= maxWaiting && this.#waitingBytes <= maxBytes) return;
      this.#end(exchange, 'over_capacity');
    }
  }

  /** @param early the cause, when it is ended before its window is over. */
  #end(exchange: Waiting, early?: LossCause): void {
    this.#waiting.delete(exchange.key);
    this.#waitingBytes -= exchange.bytes;
    this.#remember(exchange);
    const { first, primary, candidate, control } = exchange;
    const { mirror, stratum, exchangeId: id } = first;
    const halves = [primary, candidate, control];
    const request = halves.find((half) => half && answersUser(half));
    for (const half of halves) if (half?.localReply) this.#options.onLocalReply(half, request);
    if (!primary || !candidate) {
      const cause = early ?? this.#causeOfMissing(mirror, primary, candidate);
      this.#options.onLost({ id, mirror, stratum, cause });
      return;
    }
    const [user, copy] = userAndCopy(primary, candidate);
    const cause = obstacle(user, copy);
    if (cause === undefined) {
      this.#join(exchange as Waiting & { primary: Half; candidate: Half }, early);
      return;
    }
    // Of users whom the candidate answers their own requests tell, in Envoy's counters.
    const failed = user === primary ? failures(user, copy, this.#options.copyTimeoutMs(mirror)) : undefined;
    const lost = { id, mirror, stratum, cause };
    this.#options.onLost(failed ? { ...lost, failed: { primary: failed.user, candidate: failed.copy } } : lost);
  }

  #join(exchange: Waiting & { primary: Half; candidate: Half }, early: LossCause | undefined): void {
    const { first, primary, candidate, control } = exchange;
    const { mirror, exchangeId: id } = first;
    const [request] = userAndCopy(primary, candidate);
    const pair = { id, mirror, stratum: request.stratum, atMs: request.startedAtMs, request, primary, candidate };
    if (control) {
      const controlLost = obstacle(request, control);
      this.#options.onJoined(controlLost ? { ...pair, controlLost } : { ...pair, control });
    } else if (this.#options.expectsControl(mirror)) {
      this.#options.onJoined({
        ...pair,
        controlLost: early ?? this.#losses.claim('shadow', mirror, 'control') ?? 'expired',
      });
    } else this.#options.onJoined(pair);
  }

  /** At most one of the two is here. */
  #causeOfMissing(mirror: string, primary: Half | undefined, candidate: Half | undefined): LossCause {
    const one = primary ?? candidate;
    const isUsers = one !== undefined && answersUser(one);
    // Envoy answered before or instead of the router, and no copy shows that it was sent.
    if (isUsers && one.localReply) return 'not_sent';
    const ofUser = isUsers ? undefined : this.#losses.claim('primary', mirror);
    if (one && !isUsers) return ofUser ?? 'expired';
    // With the control's half alone nobody knows which of them had the user: mostly it is the primary.
    return (
      this.#losses.claim('shadow', mirror, isUsers && one === candidate ? 'primary' : 'candidate') ??
      ofUser ??
      'expired'
    );
  }

  #remember({ key, primary, candidate, control }: Waiting): void {
    const sides =
      (primary ? SIDE_BIT.primary : 0) + (candidate ? SIDE_BIT.candidate : 0) + (control ? SIDE_BIT.control : 0);
    this.#ended.set(key, Math.floor(this.#nowMs) * 8 + sides);
    if (this.#ended.size <= this.#options.maxEnded) return;
    for (const oldest of this.#ended.keys()) {
      this.#ended.delete(oldest);
      return;
    }
  }
}

/** The answer to the user first. Where both claim to be, or neither does, it is the primary's. */
function userAndCopy(primary: Half, candidate: Half): [user: Half, copy: Half] {
  return answersUser(candidate) && !answersUser(primary) ? [candidate, primary] : [primary, candidate];
}
