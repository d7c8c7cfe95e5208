import { dateOf, steadyMs } from '../../clock/index.ts';
import { didYouMean, ShadowplaneError } from '../../errors/index.ts';
import {
  type Command,
  command,
  type Decision,
  decide,
  type Evidence,
  isOver,
  type RolloutSource,
  type RolloutState,
  start,
  stepsOf,
  weightsOf,
  withUsersErrors,
} from '../../rollout/index.ts';
import type { Mirror, Policy } from '../policy/index.ts';
import { applyWeights, isAbout, isFinishedIn } from './apply-weights.ts';
import { ExternalChecks } from './checks/index.ts';
import type { DeliveryReport } from './delivery.ts';
import { whatToWrite } from './finish.ts';
import type { RolloutStore } from './rollout-store.ts';
import { BY_ITSELF, exposedTo, isRetreat, moved, newRun, type Run } from './run.ts';
import { Seat } from './seat.ts';
import type { Exposure, RolloutEventView, RolloutView } from './view.ts';
import { viewOf } from './view-of.ts';

export interface RolloutsOptions {
  readonly store: RolloutStore;
  /** Several control planes share the store: who does not drive follows what is stored. */
  readonly shared: boolean;
  /** What this control plane is called; the same after a restart. */
  readonly me: string;
  /** What `applied` gives has changed; to be published before it returns. */
  readonly onChange: () => void;
  readonly source: RolloutSource;
  readonly delivery: () => DeliveryReport;
  /** Makes the policy what it is when the candidate is the primary. */
  readonly finish: (mirror: string, run: Run) => Promise<void>;
  /** Told when driving a rollout begins to fail. */
  readonly onProblem?: (mirror: string, error: unknown) => void;
  /** Default: the steady clock. */
  readonly now?: () => number;
  /** How often it is looked. Default 500 ms. */
  readonly intervalMs?: number;
  /** How often a store that is shared is read. Default 300 ms. */
  readonly pollMs?: number;
  /** How long another that drives may be silent before it is followed by this one. Default 5 s. */
  readonly leaseMs?: number;
}

/** What events tell: the view without what does not change, and the newest of its events if it is new. */
export type RolloutNews = Omit<RolloutView, 'events' | 'plan'> & { readonly event: RolloutEventView | null };

export interface Commanded {
  /** False: it is in force, and not in the store yet; that is tried until it works. */
  readonly stored: boolean;
  /** What to do by hand, in words. */
  readonly todo: readonly string[];
}

const INTERVAL_MS = 500;
const POLL_MS = 300;
const LEASE_MS = 5_000;
/** A process that was stopped for a while has seen nothing of it. */
const MAX_GAP_MS = 5_000;
const EVIDENCE_WITHIN_MS = 2_000;
const SAVE_EVERY_MS = 3_000;
/** Nobody waits longer for the store when going back, which is in force already. */
const STORED_WITHIN_MS = 1_000;
/** Envoys tell what they count every few seconds. */
const COUNTS_AFTER_END_MS = 30_000;

interface Driven {
  readonly seat: Seat;
  decision: Decision | undefined;
  readonly checks: ExternalChecks;
  problem: string | undefined;
  lookedAtMs: number | undefined;
  savedAtMs: number;
  endedAtMs: number | undefined;
  /** Requests that the candidate had answered at the last look. */
  answered: Exposure | undefined;
  /** What others were last told. */
  told: string;
  /** When the one that drives it was last heard of. */
  heard: { readonly of: string; readonly atMs: number };
  isBusy: boolean;
}

/**
 * Drives the rollouts of all mirrors: looks, decides, stores, publishes, tells. Nothing moves forward that is not stored;
 * going back needs neither store nor comparison.
 */
export class Rollouts {
  readonly #options: RolloutsOptions;
  readonly #now: () => number;
  readonly #driven = new Map<string, Driven>();
  readonly #listeners = new Set<(news: RolloutNews) => void>();
  readonly #timers: NodeJS.Timeout[];
  #policy: Policy = { mirrors: [] } as unknown as Policy;
  #applied = new WeakMap<Policy, Policy>();
  #closed = false;

  private constructor(options: RolloutsOptions) {
    this.#options = options;
    this.#now = options.now ?? steadyMs;
    this.#timers = [
      setInterval(() => void this.look(), options.intervalMs ?? INTERVAL_MS),
      setInterval(() => this.#tellFigures(), 1_000),
      ...(options.shared ? [setInterval(() => void this.poll(), options.pollMs ?? POLL_MS)] : []),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  /** With what is stored in force. @throws ShadowplaneError STORE_FAILED */
  static async open(options: RolloutsOptions): Promise<Rollouts> {
    const rollouts = new Rollouts(options);
    try {
      for (const { mirror } of await options.store.heads()) {
        const stored = await options.store.read(mirror);
        if (!stored) continue;
        const { seat } = rollouts.#of(mirror);
        seat.adopt(stored);
        // An embedded store belongs to one process: whoever had it before is gone, or is to write no more.
        if (!options.shared || seat.isMine) await seat.claimAnew();
      }
      return rollouts;
    } catch (error) {
      rollouts.#stop();
      throw error;
    }
  }

  /** The policy that is in force from now on; to be called before it is published. */
  follow(policy: Policy): void {
    this.#policy = policy;
    this.#applied = new WeakMap();
    for (const { seat } of this.#driven.values()) {
      const { run, mirror: name } = seat;
      if (!run || !seat.isMine || isOver(run.state)) continue;
      const why = whyEnded(this.#mirror(name), run);
      if (why !== undefined)
        this.#retreat(seat, moved(run, { ...run.state, status: 'aborted', why }, BY_ITSELF, this.#date()));
    }
  }

  /** The same object where nothing is moved. */
  applied(policy: Policy): Policy {
    const known = this.#applied.get(policy);
    if (known) return known;
    const applied = applyWeights(policy, (mirror) => this.#driven.get(mirror)?.seat.run);
    this.#applied.set(policy, applied);
    return applied;
  }

  /** @throws ShadowplaneError MIRROR_NOT_FOUND, ROLLOUT_REFUSED or STORE_FAILED; then nothing has changed */
  async start(name: string, by: string): Promise<void> {
    const begun = this.#begun(name, by);
    const { seat } = this.#of(name);
    if (seat.head && !seat.isMine) await seat.claim();
    const isBegun = await seat.advance((run) => {
      assertNoneUnderWay(run);
      return begun;
    });
    if (!isBegun) throw busy();
  }

  /** What `start` would begin with. @throws ShadowplaneError as `start` does */
  previewStart(name: string, by: string): RolloutView {
    const run = this.#begun(name, by);
    const driven = this.#driven.get(name);
    assertNoneUnderWay(driven?.seat.run);
    return this.#viewOf(name, undefined, this.#mirror(name), run);
  }

  /** The rollout that `finish` would finish. @throws ShadowplaneError MIRROR_NOT_FOUND or ROLLOUT_REFUSED */
  finishable(name: string, by: string): Run {
    const run = this.#started(name).seat.run!;
    commanded(run, 'finish', by);
    return run;
  }

  /**
   * What a person asks for. Going back is in force when this has been called, whatever the store does.
   *
   * @throws ShadowplaneError MIRROR_NOT_FOUND, ROLLOUT_REFUSED or STORE_FAILED; then nothing has changed
   */
  async command(name: string, asked: Command, by: string): Promise<Commanded> {
    const driven = this.#started(name);
    const { seat } = driven;
    const change = (run: Run): Run => moved(run, commanded(run, asked, by), by, this.#date(), asked);
    if (asked === 'rollback' || asked === 'abort' || asked === 'pause') {
      this.#retreat(seat, change(seat.run!));
      return { stored: await this.#isStored(driven), todo: [] };
    }
    if (!seat.isMine) await seat.claim();
    const isDone = await seat.advance(
      (run) => run && { ...change(run), ...(asked === 'finish' && { finish: 'writing' }) },
    );
    if (!isDone) throw busy();
    return { stored: true, todo: asked === 'finish' ? await this.#finish(driven) : [] };
  }

  /** @throws ShadowplaneError MIRROR_NOT_FOUND */
  view(name: string): RolloutView {
    const driven = this.#driven.get(name);
    const mirror = driven?.seat.run ? this.#mirror(name) : this.#known(name);
    if (!mirror) this.#known(name);
    return this.#viewOf(name, driven, mirror);
  }

  /** Of all mirrors with a plan, or with a rollout that was started. */
  views(): RolloutView[] {
    return this.#policy.mirrors
      .filter(({ name, rollout }) => rollout !== undefined || this.#driven.get(name)?.seat.run)
      .map(({ name }) => this.view(name));
  }

  /** Returns the function that ends it. */
  onEvent(listener: (news: RolloutNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks at all that are driven here, once; also done every half second. */
  async look(): Promise<void> {
    if (this.#closed) return;
    await Promise.all([...this.#driven.values()].map((driven) => this.#guarded(driven)));
  }

  /** Reads what others have stored, once. */
  async poll(): Promise<void> {
    try {
      for (const head of await this.#options.store.heads()) {
        if (this.#closed) return;
        const driven = this.#of(head.mirror);
        const { seat } = driven;
        const known = seat.head;
        if (!known || head.term > known.term || head.version > known.version) {
          const stored = await this.#options.store.read(head.mirror);
          if (stored) seat.adopt(stored);
        }
        await this.#watchDriver(driven, `${head.term} ${head.beat}`);
      }
    } catch (error) {
      for (const driven of this.#driven.values()) this.#failed(driven, error);
    }
  }

  async close(): Promise<void> {
    this.#stop();
    await Promise.all([...this.#driven.values()].map(({ seat }) => seat.settled()));
    await this.#options.store.close();
  }

  #stop(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const { checks } of this.#driven.values()) checks.close();
  }

  /** One that is silent for too long is followed. No clock but ours takes part. */
  async #watchDriver(driven: Driven, heardOf: string): Promise<void> {
    const { seat } = driven;
    const nowMs = this.#now();
    if (seat.isMine) {
      if (nowMs - driven.heard.atMs < 1_000) return;
      driven.heard = { of: heardOf, atMs: nowMs };
      await seat.beat();
      return;
    }
    if (driven.heard.of !== heardOf) driven.heard = { of: heardOf, atMs: nowMs };
    const isSilent = nowMs - driven.heard.atMs > (this.#options.leaseMs ?? LEASE_MS);
    if (isSilent && seat.run && (!isOver(seat.run.state) || seat.run.finish)) await seat.claim();
  }

  async #guarded(driven: Driven): Promise<void> {
    if (driven.isBusy || !driven.seat.isMine || !driven.seat.run) return;
    driven.isBusy = true;
    try {
      await this.#look(driven, driven.seat.run);
      driven.problem = undefined;
    } catch (error) {
      this.#failed(driven, error);
    } finally {
      driven.isBusy = false;
    }
  }

  #failed(driven: Driven, error: unknown): void {
    const words = error instanceof Error ? error.message : String(error);
    if (driven.problem !== words) this.#options.onProblem?.(driven.seat.mirror, error);
    driven.problem = words;
  }

  async #look(driven: Driven, run: Run): Promise<void> {
    const { seat } = driven;
    const { plan, state } = run;
    const nowMs = this.#now();
    const sinceLastLookMs = Math.min(nowMs - (driven.lookedAtMs ?? nowMs), MAX_GAP_MS);
    driven.lookedAtMs = nowMs;
    if (seat.isUnsaved) await seat.flush();
    if (run.finish !== undefined) return this.#settle(driven);
    const counted = exposedTo(run, this.#answered(driven));
    if (isOver(state)) {
      driven.checks.close();
      if (counted !== run && seat.update(run, counted)) await this.#save(driven, nowMs);
      return;
    }
    follow(driven.checks, seat.mirror, run);
    const evidence = await this.#evidence(seat.mirror, run);
    const { waitingFor } = this.#options.delivery();
    const decision = decide(plan, state, {
      sinceLastLookMs,
      delivered: waitingFor === null ? true : { waitingFor },
      ...(evidence && { evidence }),
      checks: driven.checks.list(),
    });
    if (seat.run !== run) return;
    driven.decision = decision;
    const next = moved(counted, decision.state, BY_ITSELF, this.#date());
    if (decision.state.status !== state.status && isRetreat(decision.state)) {
      this.#retreat(seat, next);
      await seat.flush();
    } else if (next.events !== run.events) {
      await seat.advance((current) => (current === run ? next : undefined));
      driven.savedAtMs = nowMs;
    } else if (seat.update(run, next)) {
      if (state.baseline === null || nowMs - driven.savedAtMs >= SAVE_EVERY_MS) await this.#save(driven, nowMs);
    }
  }

  async #save(driven: Driven, nowMs: number): Promise<void> {
    driven.savedAtMs = nowMs;
    await driven.seat.advance((run) => run);
  }

  /** Undefined also when it throws or takes too long: then there are no figures. */
  async #evidence(mirror: string, { plan, state }: Run): Promise<Evidence | undefined> {
    const { source } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, EVIDENCE_WITHIN_MS, undefined);
    });
    try {
      const evidence = await Promise.race([source.evidenceOf(mirror), late]);
      return evidence && withUsersErrors(evidence, source.usersOf(mirror), weightsOf(plan, state).users);
    } catch (error) {
      this.#options.onProblem?.(mirror, error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Requests that the candidate has answered since the last look. */
  #answered(driven: Driven): Exposure {
    const { run, mirror } = driven.seat;
    const over = run !== undefined && isOver(run.state);
    if (over) driven.endedAtMs ??= this.#now();
    else driven.endedAtMs = undefined;
    const before = driven.answered;
    const now = sumOf(this.#options.source.usersOf(mirror).map(({ candidate }) => candidate));
    driven.answered = now;
    const isPast = driven.endedAtMs !== undefined && this.#now() - driven.endedAtMs > COUNTS_AFTER_END_MS;
    if (!before || isPast || now.requests < before.requests) return { requests: 0, failed: 0 };
    return { requests: now.requests - before.requests, failed: Math.max(0, now.failed - before.failed) };
  }

  #retreat(seat: Seat, run: Run): void {
    seat.retreat(run);
    void seat.flush().catch((error: unknown) => this.#failed(this.#of(seat.mirror), error));
  }

  async #isStored({ seat }: Driven): Promise<boolean> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, STORED_WITHIN_MS).unref());
    await Promise.race([seat.settled(), late]);
    return !seat.isUnsaved;
  }

  /** Of one that a person has just finished. @returns what is left to do by hand */
  async #finish(driven: Driven): Promise<string[]> {
    const { seat } = driven;
    const run = seat.run!;
    try {
      await this.#options.finish(seat.mirror, run);
    } catch (error) {
      await seat.advance(
        (current) => current && passedAgain(current, `finish failed: ${messageOf(error)}`, this.#date()),
      );
      throw error;
    }
    await this.#settle(driven);
    return whatToWrite(this.#policy, seat.mirror, run);
  }

  /** The policy changes first; users' shares go when no Envoy needs them any more. Taken up again by whoever comes next. */
  async #settle({ seat }: Driven): Promise<void> {
    const run = seat.run!;
    const mirror = this.#mirror(seat.mirror);
    if (mirror && isAbout(mirror, run)) {
      if (run.finish === 'writing') await this.#options.finish(seat.mirror, run);
      else {
        const why = 'the policy is what it was before: finish was taken back';
        await seat.advance((current) => current && passedAgain(current, why, this.#date()));
        return;
      }
    }
    if (seat.run === run && run.finish === 'writing') {
      await seat.advance((current) => current && { ...current, finish: 'settling' });
    }
    const { of, waitingFor } = this.#options.delivery();
    const isKept = mirror !== undefined && isFinishedIn(this.#mirror(seat.mirror) ?? mirror, run);
    if (isKept && waitingFor !== null && of > 0) return;
    await seat.advance((current) => {
      if (!current) return undefined;
      const { finish: _, ...settled } = current;
      return settled;
    });
  }

  #of(mirror: string): Driven {
    const known = this.#driven.get(mirror);
    if (known) return known;
    const { store, me } = this.#options;
    const seat = new Seat({ mirror, store, me, onChange: (run, before) => this.#changed(mirror, run, before) });
    const driven: Driven = {
      seat,
      decision: undefined,
      // What they say is looked at with the next look, which is soon.
      checks: new ExternalChecks(),
      problem: undefined,
      lookedAtMs: undefined,
      savedAtMs: this.#now(),
      endedAtMs: undefined,
      answered: undefined,
      told: '',
      heard: { of: '', atMs: this.#now() },
      isBusy: false,
    };
    this.#driven.set(mirror, driven);
    return driven;
  }

  #changed(mirror: string, run: Run | undefined, before: Run | undefined): void {
    const driven = this.#of(mirror);
    if (run?.state.step !== before?.state.step || run?.state.status !== before?.state.status)
      driven.decision = undefined;
    if (keyOf(run) !== keyOf(before)) {
      this.#applied = new WeakMap();
      this.#options.onChange();
    }
    const event = run?.events.at(-1) ?? null;
    if (before && run?.events !== before.events) this.#tell(mirror, driven, event);
    else if (!before && this.#listeners.size > 0) this.#tell(mirror, driven, event);
  }

  #tellFigures(): void {
    for (const [mirror, driven] of this.#driven) if (driven.seat.run) this.#tell(mirror, driven, null);
  }

  #tell(mirror: string, driven: Driven, event: RolloutEventView | null): void {
    if (this.#listeners.size === 0) return;
    const { events: _events, plan: _plan, ...rest } = this.#viewOf(mirror, driven, this.#mirror(mirror));
    const text = JSON.stringify(rest);
    if (event === null && text === driven.told) return;
    driven.told = text;
    for (const listener of this.#listeners) listener({ ...rest, event });
  }

  /** Of the mirror as the policy has it now. */
  #begun(name: string, by: string): Run {
    const { rollout: plan, primary, shadow, paused } = this.#known(name);
    if (!plan) throw refused(`mirrors.${name} has no "rollout" to start`);
    if (paused) throw refused(`${name} is paused: nothing is copied, so nothing can be compared`);
    if (this.#policy.mirroring === 'off') throw refused('mirroring is off: nothing is copied anywhere');
    const answer = start(plan);
    if ('refused' in answer) throw refused(answer.refused);
    return newRun(answer.state, { plan, primary, shadow, by, at: this.#date() });
  }

  #started(name: string): Driven {
    const driven = this.#driven.get(name);
    if (driven?.seat.run) return driven;
    this.#known(name);
    throw refused(`no rollout of ${name} has been started`);
  }

  #viewOf(name: string, driven: Driven | undefined, mirror: Mirror | undefined, run = driven?.seat.run): RolloutView {
    const seat = driven?.seat;
    return viewOf({
      name,
      mirror,
      run,
      decision: driven?.decision,
      problem: driven?.problem,
      unsaved: seat?.isUnsaved ?? false,
      checks: driven?.checks.list() ?? [],
      delivery: this.#options.delivery(),
      users: this.#options.source.usersOf(name),
      drivenBy: seat?.head && { id: seat.head.owner, isThis: seat.isMine },
    });
  }

  #mirror(name: string): Mirror | undefined {
    return this.#policy.mirrors.find((mirror) => mirror.name === name);
  }

  #known(name: string): Mirror {
    const mirror = this.#mirror(name);
    if (mirror) return mirror;
    const hint = didYouMean(
      name,
      this.#policy.mirrors.map((one) => one.name),
    );
    throw new ShadowplaneError('MIRROR_NOT_FOUND', `There is no mirror ${JSON.stringify(name)}${hint}`);
  }

  #date(): Date {
    return dateOf(steadyMs());
  }
}

function whyEnded(mirror: Mirror | undefined, run: Run): string | undefined {
  if (!mirror) return 'its mirror was taken out of the policy';
  if (!mirror.rollout) return 'its plan was taken out of the policy';
  return isAbout(mirror, run) ? undefined : 'primary or shadow is another service now';
}

/** Also while a person has yet to promote, or has paused it: gates are asked, too. */
function follow(checks: ExternalChecks, mirror: string, { plan, state, startedAt }: Run): void {
  const step = stepsOf(plan)[state.step];
  if (!step) {
    checks.close();
    return;
  }
  const about = { mirror, step: step.name, phase: step.phase, weights: step.weights, status: state.status };
  checks.follow(plan.checks, about, `${startedAt} ${state.step}`);
}

function passedAgain(run: Run, why: string, at: Date): Run {
  const { finish: _, ...kept } = run;
  return moved(kept, { ...run.state, status: 'passed', why }, BY_ITSELF, at, 'passed');
}

function commanded({ plan, state }: Run, asked: Command, by: string): RolloutState {
  const answer = command(plan, state, asked, by);
  if ('refused' in answer) throw refused(answer.refused);
  return answer.state;
}

function assertNoneUnderWay(run: Run | undefined): void {
  if (!run || (isOver(run.state) && run.finish === undefined)) return;
  throw refused(`a rollout is under way already: ${run.state.status}; ${run.state.why}`);
}

/** What `applied` depends on. */
function keyOf(run: Run | undefined): string {
  if (!run) return '';
  return JSON.stringify([weightsOf(run.plan, run.state), run.primary, run.shadow, run.finish !== undefined]);
}

function sumOf(counts: readonly Exposure[]): Exposure {
  return counts.reduce(
    (sum, { requests, failed }) => ({ requests: sum.requests + requests, failed: sum.failed + failed }),
    { requests: 0, failed: 0 },
  );
}

function refused(why: string): ShadowplaneError {
  return new ShadowplaneError('ROLLOUT_REFUSED', why);
}

function busy(): ShadowplaneError {
  return refused('something else has happened to this rollout meanwhile; look at it and try again');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
