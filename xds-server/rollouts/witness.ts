import { type Decision, decide, type RolloutState } from '../../rollout/index.ts';
import type { Told } from './figures.ts';
import { isRetreat, type Run } from './run.ts';

/**
 * What a control plane that does not drive a rollout has to say of it. Its Envoys' users are seen by it alone, so a gate that
 * fails for them takes everybody back, too. Nothing goes forward by it.
 */
export class Witness {
  #of = '';
  #state: RolloutState | undefined;

  /** @returns why it has to go back; undefined: nothing speaks against it here */
  judge(run: Run, told: Told): Decision | undefined {
    // What follows a time with nobody on the candidate begins again.
    if (run.state.isOff) {
      this.#state = undefined;
      return undefined;
    }
    const of = `${run.startedAt} ${run.state.step}`;
    const { status, why } = run.state;
    // What was counted here is subtracted from nothing that was counted elsewhere.
    const { before: _, epoch: __, recent: ___, ...fresh } = { ...run.state, baseline: null };
    const state: RolloutState = { ...(this.#of === of && this.#state ? this.#state : fresh), status, why };
    const delivered = { waitingFor: 'who drives it' };
    const decision = decide(run.plan, state, { sinceLastLookMs: 0, delivered, ...told });
    if (decision.state.status !== status && isRetreat(decision.state)) return decision;
    this.#of = of;
    this.#state = decision.state.step === run.state.step ? decision.state : undefined;
    return undefined;
  }
}
