import { type Evidence, type RolloutSource, weightsOf, withUsersErrors } from '../../rollout/index.ts';
import type { Run } from './run.ts';

export interface FiguresOptions {
  readonly source: RolloutSource;
  /** Told once for each time that asking begins to fail. */
  readonly onProblem: (error: unknown) => void;
}

const WITHIN_MS = 2_000;

/** What a look is told of both versions: by the comparison, and by users. */
export class Figures {
  readonly #options: FiguresOptions;
  #failing: string | undefined;

  constructor(options: FiguresOptions) {
    this.#options = options;
  }

  /** Undefined also when asking throws or takes too long: then there are none. */
  async of(mirror: string, { plan, state }: Run): Promise<Evidence | undefined> {
    const { source, onProblem } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, WITHIN_MS, undefined);
    });
    try {
      const evidence = await Promise.race([source.evidenceOf(mirror), late]);
      this.#failing = undefined;
      return evidence && withUsersErrors(evidence, source.usersOf(mirror), weightsOf(plan, state).users);
    } catch (error) {
      const words = String(error);
      if (this.#failing !== words) onProblem(error);
      this.#failing = words;
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}
