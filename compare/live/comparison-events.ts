import type { RuleBook } from '../rules/index.ts';
import type { Progress } from './progress.ts';

export interface ComparisonEventsOptions {
  /** Of the current epoch of every mirror. */
  readonly progress: () => readonly Progress[];
  readonly rules: Pick<RuleBook, 'onChange'>;
  /** Default 1 s. */
  readonly intervalMs?: number;
}

type Listener = (event: string, data: unknown) => void;

const INTERVAL_MS = 1_000;

/**
 * What the comparison tells of itself: `comparison` with the progress of a mirror, at most once a second and only when it
 * has changed, and `rules` with the mirror whose rules have. Nobody listens: nothing is looked at.
 */
export class ComparisonEvents {
  readonly #options: ComparisonEventsOptions;
  readonly #listeners = new Set<Listener>();
  readonly #told = new Map<string, Progress>();
  #stop: (() => void) | undefined;

  constructor(options: ComparisonEventsOptions) {
    this.#options = options;
  }

  /** Returns the function that ends it. */
  onEvent(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#stop ??= this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  #start(): () => void {
    const { rules, intervalMs = INTERVAL_MS } = this.#options;
    const timer = setInterval(() => this.#look(), intervalMs);
    timer.unref();
    const stopRules = rules.onChange((mirror) => this.#tell('rules', { mirror }));
    return () => {
      clearInterval(timer);
      stopRules();
    };
  }

  #look(): void {
    for (const progress of this.#options.progress()) {
      const before = this.#told.get(progress.mirror);
      if (before && (['epoch', 'compared', 'differing'] as const).every((part) => before[part] === progress[part])) {
        continue;
      }
      this.#told.set(progress.mirror, progress);
      this.#tell('comparison', progress);
    }
  }

  #tell(event: string, data: unknown): void {
    for (const listener of this.#listeners) listener(event, data);
  }
}
