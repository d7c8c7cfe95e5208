import {
  type Command,
  command,
  type Decision,
  decide,
  type Evidence,
  isOver,
  type RolloutSource,
  type RolloutState,
  stepsOf,
  weightsOf,
  withUsersErrors,
} from '../../rollout/index.ts';
import type { Mirror } from '../policy/index.ts';
import { isAbout, isFinishedIn } from './apply-weights.ts';
import { ExternalChecks } from './checks/index.ts';
import { type DeliveryReport, NOBODY } from './delivery.ts';
import { Exposed } from './exposed.ts';
import { BY_ITSELF, exposedTo, isRetreat, moved, type Run } from './run.ts';
import type { Seat } from './seat.ts';
import type { CheckView } from './view.ts';

export interface DriverOptions {
  readonly seat: Seat;
  /** As the policy has it now. */
  readonly mirror: () => Mirror | undefined;
  readonly source: RolloutSource;
  readonly delivery: () => DeliveryReport;
  /** Makes the policy what it is when the candidate is the primary. */
  readonly finish: (mirror: string, run: Run) => Promise<void>;
  /** Told when driving begins to fail. */
  readonly onProblem: (mirror: string, error: unknown) => void;
  readonly now: () => number;
  /** For people. */
  readonly date: () => Date;
}

/** A process that was stopped for a while has seen nothing of it. */
const MAX_GAP_MS = 5_000;
const EVIDENCE_WITHIN_MS = 2_000;
const SAVE_EVERY_MS = 3_000;
/** Nobody waits longer for the store when going back, which is in force already. */
const STORED_WITHIN_MS = 1_000;

/**
 * Drives the rollout of one mirror: looks, decides, stores, and only then moves. Where something throws, does not answer or
 * cannot be stored, nothing moves forward; going back needs none of it.
 */
export class Driver {
  readonly seat: Seat;
  readonly #options: DriverOptions;
  readonly #checks = new ExternalChecks();
  readonly #exposed: Exposed;
  #decision: Decision | undefined;
  #problem: string | undefined;
  #lookedAtMs: number | undefined;
  #savedAtMs = 0;
  #isBusy = false;

  constructor(options: DriverOptions) {
    this.#options = options;
    this.seat = options.seat;
    this.#exposed = new Exposed(options.now);
  }

  /** Of the last look; what was said of another step is forgotten. */
  get decision(): Decision | undefined {
    return this.#decision;
  }

  /** Why nothing moves forward, where something fails. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get checks(): readonly CheckView[] {
    return this.#checks.list();
  }

  /** Looks once; a look that is still under way is enough. Never throws. */
  async look(): Promise<void> {
    const { seat } = this;
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      if (seat.isUnsaved) await seat.flush();
      if (seat.isMine && seat.run) await this.#look(seat.run);
      this.#problem = undefined;
    } catch (error) {
      this.failed(error);
    } finally {
      this.#isBusy = false;
    }
  }

  failed(error: unknown): void {
    const words = messageOf(error);
    if (this.#problem !== words) this.#options.onProblem(this.seat.mirror, error);
    this.#problem = words;
  }

  /** Another step or status is in force. */
  forget(): void {
    this.#decision = undefined;
  }

  /** In force when this returns; stored as soon as the store takes it. */
  retreat(run: Run): void {
    this.seat.retreat(run);
    void this.seat.flush().catch((error: unknown) => this.failed(error));
  }

  /** The policy is another. What a rollout rests on may be gone. */
  policyChanged(): void {
    const { run } = this.seat;
    if (!run || !this.seat.isMine || isOver(run.state)) return;
    const why = whyEnded(this.#options.mirror(), run);
    if (why === undefined) return;
    this.retreat(moved(run, { ...run.state, status: 'aborted', why }, BY_ITSELF, this.#options.date()));
  }

  /** In force when this returns. @returns whether it is stored, once that is known or has taken too long */
  async back(asked: Command, by: string, refused: (why: string) => Error): Promise<boolean> {
    this.retreat(this.#commanded(this.seat.run!, asked, by, refused));
    const late = new Promise<void>((resolve) => setTimeout(resolve, STORED_WITHIN_MS).unref());
    await Promise.race([this.seat.settled(), late]);
    return !this.seat.isUnsaved;
  }

  /** Stored, then in force. @returns false: something else has happened meanwhile */
  async forward(asked: Command, by: string, refused: (why: string) => Error): Promise<boolean> {
    if (!this.seat.isMine) await this.seat.claim();
    return this.seat.advance((run) => {
      if (!run) return undefined;
      const next = this.#commanded(run, asked, by, refused);
      return asked === 'finish' ? { ...next, finish: 'writing' } : next;
    });
  }

  /** Of a rollout that somebody has just finished. @throws what the policy refuses; then it has passed, as before */
  async finish(): Promise<void> {
    const { seat } = this;
    try {
      await this.#options.finish(seat.mirror, seat.run!);
    } catch (error) {
      await seat.advance((run) => run && this.#passedAgain(run, `finish failed: ${messageOf(error)}`));
      throw error;
    }
    await this.#settle(seat.run!);
  }

  close(): void {
    this.#checks.close();
  }

  async #look(run: Run): Promise<void> {
    const { seat } = this;
    const { source, delivery, now, date } = this.#options;
    const nowMs = now();
    const sinceLastLookMs = Math.min(nowMs - (this.#lookedAtMs ?? nowMs), MAX_GAP_MS);
    this.#lookedAtMs = nowMs;
    if (run.finish !== undefined) {
      await this.#settle(run);
      return;
    }
    const over = isOver(run.state);
    const counted = exposedTo(run, this.#exposed.since(source.usersOf(seat.mirror), over));
    if (over) {
      this.#checks.close();
      if (counted !== run && seat.update(run, counted)) await this.#save(nowMs);
      return;
    }
    this.#ask(run);
    const evidence = await this.#evidence(run);
    if (seat.run !== run) return;
    const { waitingFor } = delivery();
    const decision = decide(run.plan, run.state, {
      sinceLastLookMs,
      delivered: waitingFor === null ? true : { waitingFor },
      ...(evidence && { evidence }),
      checks: this.#checks.list(),
    });
    const next = moved(counted, decision.state, BY_ITSELF, date());
    if (decision.state.status !== run.state.status && isRetreat(decision.state)) {
      seat.retreat(next);
      // The gates that have ended it stay to be seen.
      this.#decision = decision;
      await seat.flush();
    } else if (next.events !== run.events) {
      this.#decision = decision;
      this.#savedAtMs = nowMs;
      await seat.advance((current) => (current === run ? next : undefined));
    } else if (seat.update(run, next)) {
      this.#decision = decision;
      const isDue = run.state.baseline === null || nowMs - this.#savedAtMs >= SAVE_EVERY_MS;
      if (isDue) await this.#save(nowMs);
    }
  }

  /** How far a step has come; a restart goes on from there. */
  async #save(nowMs: number): Promise<void> {
    this.#savedAtMs = nowMs;
    await this.seat.advance((run) => run);
  }

  /** Also while a person has yet to promote, or has paused it: gates are asked then, too. */
  #ask({ plan, state, startedAt }: Run): void {
    const step = stepsOf(plan)[state.step];
    if (!step) {
      this.#checks.close();
      return;
    }
    const { name, phase, weights } = step;
    const about = { mirror: this.seat.mirror, step: name, phase, weights, status: state.status };
    this.#checks.follow(plan.checks, about, `${startedAt} ${state.step}`);
  }

  /** Undefined also when it throws or takes too long: then there are no figures. */
  async #evidence({ plan, state }: Run): Promise<Evidence | undefined> {
    const { source, onProblem } = this.#options;
    const { mirror } = this.seat;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, EVIDENCE_WITHIN_MS, undefined);
    });
    try {
      const evidence = await Promise.race([source.evidenceOf(mirror), late]);
      return evidence && withUsersErrors(evidence, source.usersOf(mirror), weightsOf(plan, state).users);
    } catch (error) {
      onProblem(mirror, error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The policy changes first; users' shares go when no Envoy needs them any more. Taken up again by whoever comes next. */
  async #settle(run: Run): Promise<void> {
    const { seat } = this;
    const { mirror, finish, delivery } = this.#options;
    const before = mirror();
    if (before && isAbout(before, run)) {
      if (run.finish !== 'writing') {
        const why = 'the policy is what it was before: finish was taken back';
        await seat.advance((current) => current && this.#passedAgain(current, why));
        return;
      }
      await finish(seat.mirror, run);
    }
    if (run.finish === 'writing') await seat.advance((current) => current && { ...current, finish: 'settling' });
    const after = mirror();
    const { waitingFor } = delivery();
    if (after && isFinishedIn(after, run) && waitingFor !== null && waitingFor !== NOBODY) return;
    await seat.advance((current) => {
      if (!current) return undefined;
      const { finish: _, ...settled } = current;
      return settled;
    });
  }

  #commanded(run: Run, asked: Command, by: string, refused: (why: string) => Error): Run {
    return moved(run, stateAfter(run, asked, by, refused), by, this.#options.date(), asked);
  }

  #passedAgain(run: Run, why: string): Run {
    const { finish: _, ...kept } = run;
    return moved(kept, { ...run.state, status: 'passed', why }, BY_ITSELF, this.#options.date(), 'passed');
  }
}

/** @throws what `refused` makes of why it cannot be now */
export function stateAfter(run: Run, asked: Command, by: string, refused: (why: string) => Error): RolloutState {
  const answer = command(run.plan, run.state, asked, by);
  if ('refused' in answer) throw refused(answer.refused);
  return answer.state;
}

function whyEnded(mirror: Mirror | undefined, run: Run): string | undefined {
  if (!mirror) return 'its mirror was taken out of the policy';
  if (!mirror.rollout) return 'its plan was taken out of the policy';
  return isAbout(mirror, run) ? undefined : 'primary or shadow is another service now';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
