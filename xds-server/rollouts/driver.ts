import {
  type Command,
  command,
  type Decision,
  decide,
  isOver,
  type RolloutSource,
  type RolloutState,
  stepsOf,
  switchedOff,
  weightsOf,
} from '../../rollout/index.ts';
import type { Mirror } from '../policy/index.ts';
import { isAbout } from './apply-weights.ts';
import { ExternalChecks } from './checks/index.ts';
import type { Unfit } from './delivery.ts';
import { Exposed } from './exposed.ts';
import { Figures } from './figures.ts';
import { Finishing, type FinishingOptions } from './finishing.ts';
import { BY_ITSELF, exposedTo, isRetreat, moved, type Run } from './run.ts';
import type { Seat } from './seat.ts';
import type { CheckView } from './view.ts';
import { Witness } from './witness.ts';

export interface DriverOptions extends FinishingOptions {
  readonly source: RolloutSource;
  /** Nothing is mirrored, and nobody is on a candidate, because the policy says so. */
  readonly isOff: () => boolean;
  /** Why users must not be on the candidate, or not yet. */
  readonly unfit: () => Unfit | undefined;
  /** Told when driving begins to fail. */
  readonly onProblem: (mirror: string, error: unknown) => void;
  readonly now: () => number;
}

/** A process that was stopped for a while has seen nothing of it. */
const MAX_GAP_MS = 5_000;
const SAVE_EVERY_MS = 3_000;
/** Nobody waits longer for the store when going back, which is in force already. */
const STORED_WITHIN_MS = 1_000;

/**
 * Drives the rollout of one mirror: looks, decides, stores, and only then moves. Where something throws, does not answer or
 * cannot be stored, nothing moves forward; going back needs none of it.
 */
export class Driver {
  readonly seat: Seat;
  readonly finishing: Finishing;
  readonly #options: DriverOptions;
  readonly #figures: Figures;
  readonly #checks = new ExternalChecks();
  readonly #exposed: Exposed;
  readonly #witness = new Witness();
  #decision: Decision | undefined;
  #problem: string | undefined;
  #lookedAtMs: number | undefined;
  #savedAtMs = 0;
  /** Of the candidate, as last seen. */
  #epoch: number | undefined;
  #isBusy = false;
  #isClosed = false;

  constructor(options: DriverOptions) {
    this.#options = options;
    this.seat = options.seat;
    this.finishing = new Finishing(options);
    const { source, onProblem } = options;
    this.#figures = new Figures({ source, onProblem: (error) => onProblem(this.seat.mirror, error) });
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
      // Of what changed while another drove it nobody has told.
      this.policyChanged();
      if (seat.isMine && seat.run) await this.#look(seat.run);
      else if (seat.run) await this.#witnessed(seat.run);
      if (seat.isUnsaved) await this.#within(seat.flush());
      if (!seat.isStoring) this.#problem = undefined;
    } catch (error) {
      this.failed(error);
    } finally {
      this.#isBusy = false;
    }
  }

  failed(error: unknown): void {
    if (this.#isClosed) return;
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
    if (!run || isOver(run.state)) return;
    const why = whyEnded(this.#options.mirror(), run);
    if (why !== undefined) {
      if (this.seat.isMine) this.#end(run, 'aborted', why);
      return;
    }
    // Also where another drives it, which may not have heard of it before it is on again.
    const off = this.#options.isOff() ? switchedOff(run.state) : run.state;
    if (off !== run.state) {
      this.retreat(moved(run, off, 'policy', this.#options.date(), 'switched-off'));
      return;
    }
    // Also where another drives it, which knows of its own Envoys alone.
    const unfit = this.#hasUsers(run) ? this.#options.unfit() : undefined;
    if (unfit?.isSure) this.#end(run, 'rolled-back', unfit.why);
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

  close(): void {
    this.#isClosed = true;
    this.#checks.close();
  }

  async #look(run: Run): Promise<void> {
    const { seat } = this;
    const { source, delivery, now, date } = this.#options;
    const nowMs = now();
    const sinceLastLookMs = Math.min(nowMs - (this.#lookedAtMs ?? nowMs), MAX_GAP_MS);
    this.#lookedAtMs = nowMs;
    if (run.finish !== undefined) {
      await this.finishing.goOn(run);
      return;
    }
    const over = isOver(run.state);
    const { more, counted } = this.#exposed.since(source.usersOf(seat.mirror), over);
    const seen = exposedTo(run, more);
    if (over) {
      this.#checks.close();
      if (seen !== run && seat.update(run, seen)) {
        counted();
        await this.#save(nowMs);
      }
      return;
    }
    const told = await this.#figures.of(seat.mirror, run);
    if (seat.run !== run || this.#isClosed) return;
    this.#ask(run, told.evidence?.epoch);
    const waitingFor = delivery().waitingFor ?? this.#unfit(run)?.why ?? null;
    const decision = decide(run.plan, run.state, {
      sinceLastLookMs,
      delivered: waitingFor === null ? true : { waitingFor },
      ...told,
      checks: this.#checks.list(),
    });
    // Not less than the state rests on, so that nothing seems to have shrunk.
    const kept = { ...seen, counted: source.usersOf(seat.mirror) };
    const next = moved(kept, decision.state, BY_ITSELF, date());
    if (decision.state.status !== run.state.status && isRetreat(decision.state)) {
      seat.retreat(next);
      counted();
      // The gates that have ended it stay to be seen.
      this.#decision = decision;
    } else if (seat.isStoring) {
      // Nothing goes forward before that is known.
    } else if (next.events !== run.events) {
      this.#decision = decision;
      this.#savedAtMs = nowMs;
      const moving = seat.advance((current) => (current === run ? next : undefined));
      await this.#within(moving.then((isMoved) => isMoved && counted()));
    } else if (seat.update(run, next)) {
      counted();
      this.#decision = decision;
      const isDue = run.state.baseline === null || nowMs - this.#savedAtMs >= SAVE_EVERY_MS;
      if (isDue) await this.#save(nowMs);
    }
  }

  /** Another drives it, and does not see what this one sees. */
  async #witnessed(run: Run): Promise<void> {
    const { seat } = this;
    if (isOver(run.state) || whyEnded(this.#options.mirror(), run) !== undefined) return;
    const told = await this.#figures.of(seat.mirror, run);
    if (seat.run !== run || seat.isMine || this.#isClosed) return;
    const decision = this.#witness.judge(run, told);
    if (!decision) return;
    const { status, why } = decision.state;
    seat.retreat(moved(run, { ...run.state, status, why }, BY_ITSELF, this.#options.date()));
    this.#decision = decision;
  }

  /** How far a step has come; a restart goes on from there. */
  async #save(nowMs: number): Promise<void> {
    this.#savedAtMs = nowMs;
    await this.#within(this.seat.advance((run) => run));
  }

  /** A store that hangs holds up no look: the next may find a reason to go back. */
  async #within(work: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(reject, STORED_WITHIN_MS, new Error('the store does not answer'));
    });
    try {
      await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
      work.catch((error: unknown) => this.failed(error));
    }
  }

  /**
   * Also while a person has yet to promote, or has paused it: gates are asked then, too. What was said of another version of
   * the candidate does not count.
   */
  #ask({ plan, state, startedAt }: Run, epoch = this.#epoch): void {
    this.#epoch = epoch;
    const step = stepsOf(plan)[state.step];
    if (!step || state.isOff) {
      this.#checks.close();
      return;
    }
    const { name, phase, weights } = step;
    const about = { mirror: this.seat.mirror, step: name, phase, weights, status: state.status };
    this.#checks.follow(plan.checks, about, `${startedAt} ${state.step} ${epoch}`);
  }

  #end(run: Run, status: 'aborted' | 'rolled-back', why: string): void {
    this.retreat(moved(run, { ...run.state, status, why }, BY_ITSELF, this.#options.date()));
  }

  #hasUsers({ plan, state }: Run): boolean {
    return Object.keys(weightsOf(plan, state).users).length > 0;
  }

  #unfit({ plan }: Run): Unfit | undefined {
    return plan.canary.length > 0 ? this.#options.unfit() : undefined;
  }

  #commanded(run: Run, asked: Command, by: string, refused: (why: string) => Error): Run {
    return moved(run, stateAfter(run, asked, by, refused), by, this.#options.date(), asked);
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
