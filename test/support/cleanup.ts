/** What a test has started, ended in reverse order, each one even when an earlier one failed to end. */

export class Cleanup {
  readonly #tasks: Array<() => unknown> = [];

  /** Remembers how to end `thing` and gives it back. */
  add<T extends { close(): unknown }>(thing: T): T {
    this.defer(() => thing.close());
    return thing;
  }

  defer(task: () => unknown): void {
    this.#tasks.push(task);
  }

  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (let task = this.#tasks.pop(); task; task = this.#tasks.pop()) {
      try {
        await task();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `cleanup failed: ${errors.map(String).join('; ')}`);
  }
}
