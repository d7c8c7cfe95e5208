import type { Mirror } from '../policy/index.ts';
import { isAbout, isFinishedIn } from './apply-weights.ts';
import { type DeliveryReport, NOBODY } from './delivery.ts';
import { BY_ITSELF, moved, type Run } from './run.ts';
import type { Seat } from './seat.ts';

export interface FinishingOptions {
  readonly seat: Seat;
  /** As the policy has it now. */
  readonly mirror: () => Mirror | undefined;
  readonly delivery: () => DeliveryReport;
  /** Makes the policy what it is when the candidate is the primary. */
  readonly finish: (mirror: string, run: Run) => Promise<void>;
  /** For people. */
  readonly date: () => Date;
}

/**
 * The end of a rollout that went well: the policy changes first, and users' shares go when no Envoy needs them any more. Each
 * part may be done again, so whoever comes next takes it up where it was left.
 */
export class Finishing {
  readonly #options: FinishingOptions;

  constructor(options: FinishingOptions) {
    this.#options = options;
  }

  /** Of a rollout that somebody has just finished. @throws what the policy refuses; then it has passed, as before */
  async begin(): Promise<void> {
    const { seat, finish } = this.#options;
    try {
      await finish(seat.mirror, seat.run!);
    } catch (error) {
      await this.#passAgain(`finish failed: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
    await this.goOn(seat.run!);
  }

  /** Does what can be done now; to be called until `finish` is gone from the run. */
  async goOn(run: Run): Promise<void> {
    const { seat, mirror, finish, delivery } = this.#options;
    const before = mirror();
    if (before && isAbout(before, run)) {
      if (run.finish !== 'writing') {
        await this.#passAgain('the policy is what it was before: finish was taken back');
        return;
      }
      await finish(seat.mirror, run);
    }
    if (run.finish === 'writing') await seat.advance((current) => current && { ...current, finish: 'settling' });
    const after = mirror();
    const { waitingFor } = delivery();
    if (after && isFinishedIn(after, run) && waitingFor !== null && waitingFor !== NOBODY) return;
    await seat.advance((current) => current && withoutFinish(current));
  }

  async #passAgain(why: string): Promise<void> {
    const { seat, date } = this.#options;
    await seat.advance((run) => {
      if (!run) return undefined;
      return moved(withoutFinish(run), { ...run.state, status: 'passed', why }, BY_ITSELF, date(), 'passed');
    });
  }
}

function withoutFinish({ finish: _, ...run }: Run): Run {
  return run;
}
