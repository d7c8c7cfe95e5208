import type { RolloutEventView, RolloutNews, RolloutView } from './view.ts';

/** Tells who listens what happens to rollouts, and their figures only when they have changed. */
export class News {
  readonly #listeners = new Set<(news: RolloutNews) => void>();
  /** By mirror, what was told last. */
  readonly #told = new Map<string, string>();

  /** Returns the function that ends it. */
  listen(listener: (news: RolloutNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param view asked for only when somebody listens @param event null: nothing has happened but what figures say */
  tell(mirror: string, view: () => RolloutView, event: RolloutEventView | null): void {
    if (this.#listeners.size === 0) return;
    const { events: _events, plan: _plan, ...rest } = view();
    const text = JSON.stringify(rest);
    if (event === null && text === this.#told.get(mirror)) return;
    this.#told.set(mirror, text);
    for (const listener of this.#listeners) listener({ ...rest, event });
  }
}
