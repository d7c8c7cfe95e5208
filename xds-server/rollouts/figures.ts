import {
  type Evidence,
  type Observation,
  type RolloutSource,
  weightsOf,
  withUsersErrors,
} from '../../rollout/index.ts';
import type { Run } from './run.ts';

export interface FiguresOptions {
  readonly source: RolloutSource;
  /** Told once for each time that asking begins to fail. */
  readonly onProblem: (error: unknown) => void;
}

export type Told = Pick<Observation, 'evidence' | 'withoutComparison'>;

const WITHIN_MS = 2_000;
const NOTHING_KNOWN: Evidence = { basis: 'no comparison', strata: {}, findings: [] };

/**
 * What a look is told of both versions: by the comparison, and by users. Those who are on the candidate are heard whatever
 * the comparison does, so that going back on their failures never waits for it.
 */
export class Figures {
  readonly #options: FiguresOptions;
  #failing: string | undefined;
  #last: { readonly of: string; readonly evidence: Evidence } | undefined;

  constructor(options: FiguresOptions) {
    this.#options = options;
  }

  async of(mirror: string, run: Run): Promise<Told> {
    const compared = await this.#ask(mirror);
    const { source } = this.#options;
    const shares = weightsOf(run.plan, run.state).users;
    if (compared) {
      this.#last = { of: run.startedAt, evidence: compared };
      return { evidence: withUsersErrors(compared, source.usersOf(mirror), shares) };
    }
    const isWatched = run.plan.gates.errors !== undefined && Object.values(shares).some((share) => share > 0);
    if (!isWatched) return {};
    return { evidence: withUsersErrors(this.#known(run), source.usersOf(mirror), shares), withoutComparison: true };
  }

  /** What the comparison said last, to this process or to the one that stored it. */
  #known({ startedAt, state }: Run): Evidence {
    if (this.#last?.of === startedAt) return this.#last.evidence;
    if (state.baseline === null) return NOTHING_KNOWN;
    const { users: _, ...compared } = state.baseline;
    return compared;
  }

  /** Undefined also when asking throws or takes too long. */
  async #ask(mirror: string): Promise<Evidence | undefined> {
    const { source, onProblem } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, WITHIN_MS, undefined);
    });
    try {
      const evidence = await Promise.race([source.evidenceOf(mirror), late]);
      this.#failing = undefined;
      return evidence;
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
