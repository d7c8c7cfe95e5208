/**
 * Answers that took long are given again for a while, so that pages which ask every two seconds leave time for everything else
 * that this thread does, xDS above all: to judge thousands of fields takes a second. What is quickly made is made anew.
 */
const LONG_MS = 100;
/** One that took a second is given for five. */
const GIVEN_FOR = 5;
const MAX_KEPT = 100;

interface Kept {
  readonly answer: Promise<unknown>;
  /** Undefined while it is being made: whoever asks meanwhile gets the same. */
  untilMs: number | undefined;
}

export class CostlyAnswers {
  readonly #kept = new Map<string, Kept>();
  readonly #now: () => number;

  /** @param now of a clock that does not jump, in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @param key all that the answer depends on but the counts, which only grow. */
  give<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key);
    if (known && (known.untilMs === undefined || this.#now() < known.untilMs)) return known.answer as Promise<T>;
    const startedAtMs = this.#now();
    const kept: Kept = { answer: make(), untilMs: undefined };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#kept.delete(oldest);
    }
    const ended = (isAnswer: boolean) => {
      const nowMs = this.#now();
      const tookMs = nowMs - startedAtMs;
      kept.untilMs = nowMs + tookMs * GIVEN_FOR;
      if ((!isAnswer || tookMs < LONG_MS) && this.#kept.get(key) === kept) this.#kept.delete(key);
    };
    kept.answer.then(
      () => ended(true),
      () => ended(false),
    );
    return kept.answer as Promise<T>;
  }
}
