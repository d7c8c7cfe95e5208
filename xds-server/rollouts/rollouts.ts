import { dateOf, steadyMs } from '../../clock/index.ts';
import { type Command, isOver, type RolloutSource, weightsOf } from '../../rollout/index.ts';
import type { Mirror, Policy } from '../policy/index.ts';
import { applyWeights, isFinishedIn } from './apply-weights.ts';
import {
  assertNoneUnderWay,
  assertPromotable,
  assertResumable,
  begin,
  knownMirror,
  mirrorIn,
  overtaken,
  refused,
  type UnfitForUsers,
} from './asked.ts';
import type { DeliveryReport } from './delivery.ts';
import { Driver, stateAfter } from './driver.ts';
import { whatToWrite } from './finish.ts';
import { News } from './news.ts';
import { Replicas } from './replicas.ts';
import type { RolloutStore } from './rollout-store.ts';
import type { Run } from './run.ts';
import { Seat } from './seat.ts';
import type { RolloutEventView, RolloutNews, RolloutView } from './view.ts';
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
  /** Why nothing is copied although the policy says so, in words; absent: nothing stands in the way. */
  readonly withoutCopies?: (mirror: string) => string | undefined;
  /** Why a mirror's candidate must not be given users, or not yet. Default: it may. */
  readonly unfitForUsers?: UnfitForUsers;
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

export interface Commanded {
  /** False: it is in force, and not in the store yet; that is tried until it works. */
  readonly stored: boolean;
  /** What to do by hand, in words. */
  readonly todo: readonly string[];
}

interface Driven {
  readonly driver: Driver;
  /** This process has served the policy that finishing it made: whoever changes that back means it. */
  isFinishSeen: boolean;
}

const INTERVAL_MS = 500;
const POLL_MS = 300;
const TELL_EVERY_MS = 1_000;
const BACK: readonly Command[] = ['rollback', 'abort', 'pause'];
const NO_POLICY = { mirrors: [] } as unknown as Policy;

/** The rollouts of all mirrors: what is in force of them, what people ask of them, and what is told of them. */
export class Rollouts {
  readonly #options: RolloutsOptions;
  readonly #now: () => number;
  readonly #driven = new Map<string, Driven>();
  readonly #replicas: Replicas;
  readonly #news = new News();
  readonly #timers: NodeJS.Timeout[];
  #policy = NO_POLICY;
  #applied = new WeakMap<Policy, Policy>();
  #closed = false;
  #isPolling = false;

  private constructor(options: RolloutsOptions) {
    this.#options = options;
    this.#now = options.now ?? steadyMs;
    const { store, leaseMs } = options;
    this.#replicas = new Replicas({ store, leaseMs, now: this.#now, seatOf: (mirror) => this.#of(mirror).driver.seat });
    this.#timers = [
      setInterval(() => void this.look(), options.intervalMs ?? INTERVAL_MS),
      setInterval(() => this.#tellFigures(), TELL_EVERY_MS),
      ...(options.shared ? [setInterval(() => void this.poll(), options.pollMs ?? POLL_MS)] : []),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  /** With what is stored in force. @throws ShadowplaneError STORE_FAILED when it cannot be read */
  static async open(options: RolloutsOptions): Promise<Rollouts> {
    const rollouts = new Rollouts(options);
    try {
      for (const { mirror } of await options.store.heads()) {
        const stored = await options.store.read(mirror);
        const { driver } = rollouts.#of(mirror);
        if (stored) driver.seat.adopt(stored);
        // What another has counted is of other Envoys.
        if (stored?.run.counted && (!options.shared || driver.seat.isMine))
          options.source.goOnFrom?.(mirror, stored.run.counted);
        // The policy of that rollout is older than the one that this process begins with.
        if (stored && isOver(stored.run.state) && !stored.run.finish) rollouts.#of(mirror).isFinishSeen = true;
        // An embedded store belongs to one process: whoever had it before is gone, or is to write no more.
        if (!options.shared || driver.seat.isMine) {
          await driver.seat.claimAnew().catch((error: unknown) => driver.failed(error));
        }
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
    for (const [name, driven] of this.#driven) {
      this.#seeFinish(name, driven);
      driven.driver.policyChanged();
    }
  }

  /** Whichever is heard of first: the policy, or the rollout that has made it. */
  #seeFinish(name: string, driven: Driven): void {
    const { run } = driven.driver.seat;
    const mirror = this.#mirror(name);
    if (run && isOver(run.state) && mirror && isFinishedIn(mirror, run)) driven.isFinishSeen = true;
  }

  /** The same object where nothing is moved. */
  applied(policy: Policy): Policy {
    const known = this.#applied.get(policy);
    if (known) return known;
    const applied = applyWeights(policy, (mirror) => this.#inForce(mirror));
    this.#applied.set(policy, applied);
    return applied;
  }

  /** @throws ShadowplaneError MIRROR_NOT_FOUND, ROLLOUT_REFUSED or STORE_FAILED; then nothing has changed */
  async start(name: string, by: string): Promise<void> {
    const begun = this.#begun(name, by);
    const { seat } = this.#of(name).driver;
    if (seat.head && !seat.isMine) await seat.claim();
    const isBegun = await seat.advance((run) => {
      assertNoneUnderWay(run);
      return begun;
    });
    if (!isBegun) throw overtaken();
  }

  /** What `start` would begin with. @throws ShadowplaneError as `start` does */
  previewStart(name: string, by: string): RolloutView {
    const run = this.#begun(name, by);
    assertNoneUnderWay(this.#driven.get(name)?.driver.seat.run);
    return this.#viewOf(name, undefined, run);
  }

  /** The rollout that `finish` would finish. @throws ShadowplaneError MIRROR_NOT_FOUND or ROLLOUT_REFUSED */
  finishable(name: string, by: string): Run {
    const run = this.#started(name).seat.run!;
    stateAfter(run, 'finish', by, refused);
    return run;
  }

  /**
   * What a person asks for. Going back is in force when this has been called, whatever the store does.
   *
   * @throws ShadowplaneError MIRROR_NOT_FOUND, ROLLOUT_REFUSED or STORE_FAILED; then nothing has changed
   */
  async command(name: string, asked: Command, by: string): Promise<Commanded> {
    const driver = this.#started(name);
    if (BACK.includes(asked)) return { stored: await driver.back(asked, by, refused), todo: [] };
    const { unfitForUsers } = this.#options;
    if (asked === 'promote') assertPromotable(this.#policy, name, driver.seat.run!, unfitForUsers);
    if (asked === 'resume') assertResumable(this.#policy, name, driver.seat.run!, unfitForUsers);
    if (!(await driver.forward(asked, by, refused))) throw overtaken();
    if (asked !== 'finish') return { stored: true, todo: [] };
    const run = driver.seat.run!;
    await driver.finishing.begin();
    return { stored: true, todo: whatToWrite(this.#policy, name, run) };
  }

  /** @throws ShadowplaneError MIRROR_NOT_FOUND */
  view(name: string): RolloutView {
    knownMirror(this.#policy, name);
    return this.#viewOf(name, this.#driven.get(name)?.driver);
  }

  /** Of all mirrors with a plan, or with a rollout that was started. */
  views(): RolloutView[] {
    return this.#policy.mirrors
      .filter(({ name, rollout }) => rollout !== undefined || this.#driven.get(name)?.driver.seat.run)
      .map(({ name }) => this.view(name));
  }

  /** Returns the function that ends it. */
  onEvent(listener: (news: RolloutNews) => void): () => void {
    return this.#news.listen(listener);
  }

  /** Looks at all that are driven here, once; also done every half second. */
  async look(): Promise<void> {
    // Before the policy is known, all mirrors seem to be gone.
    if (this.#closed || this.#policy === NO_POLICY) return;
    await Promise.all([...this.#driven.values()].map(({ driver }) => driver.look()));
  }

  /** Reads what others have stored, once. */
  async poll(): Promise<void> {
    if (this.#closed || this.#isPolling) return;
    this.#isPolling = true;
    try {
      await this.#replicas.poll();
    } catch (error) {
      for (const { driver } of this.#driven.values()) driver.failed(error);
    } finally {
      this.#isPolling = false;
    }
  }

  async close(): Promise<void> {
    this.#stop();
    await Promise.all([...this.#driven.values()].map(({ driver }) => driver.seat.settled()));
    await this.#options.store.close();
  }

  #stop(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const { driver } of this.#driven.values()) driver.close();
  }

  /** Who finishes a rollout and then changes the policy back wants nobody on the candidate. */
  #inForce(mirror: string): Run | undefined {
    const driven = this.#driven.get(mirror);
    const run = driven?.driver.seat.run;
    return run?.state.status === 'finished' && run.finish === undefined && driven?.isFinishSeen ? undefined : run;
  }

  #of(mirror: string): Driven {
    const known = this.#driven.get(mirror);
    if (known) return known;
    const { store, me, source, delivery, finish, onProblem = () => {} } = this.#options;
    const seat = new Seat({ mirror, store, me, onChange: (run, before) => this.#changed(mirror, run, before) });
    const driver = new Driver({
      seat,
      mirror: () => this.#mirror(mirror),
      isOff: () => this.#policy.mirroring === 'off',
      source,
      delivery,
      unfit: () => {
        const known = this.#mirror(mirror);
        return known && this.#options.unfitForUsers?.(known);
      },
      finish,
      onProblem,
      now: this.#now,
      date: () => dateOf(steadyMs()),
    });
    const driven: Driven = { driver, isFinishSeen: false };
    this.#driven.set(mirror, driven);
    return driven;
  }

  #changed(mirror: string, run: Run, before: Run | undefined): void {
    const driven = this.#of(mirror);
    const isOther = run.state.step !== before?.state.step || run.state.status !== before?.state.status;
    if (isOther) driven.driver.forget();
    if (run.startedAt !== before?.startedAt) driven.isFinishSeen = false;
    this.#seeFinish(mirror, driven);
    if (keyOf(run) !== keyOf(before)) {
      this.#applied = new WeakMap();
      this.#options.onChange();
    }
    // What was stored before this process was there is no news.
    const isStart = run.events.length === 1;
    if (before ? run.events !== before.events : isStart) this.#tell(mirror, driven, run.events.at(-1) ?? null);
  }

  #tellFigures(): void {
    for (const [mirror, driven] of this.#driven) if (driven.driver.seat.run) this.#tell(mirror, driven, null);
  }

  #tell(mirror: string, { driver }: Driven, event: RolloutEventView | null): void {
    this.#news.tell(mirror, () => this.#viewOf(mirror, driver), event);
  }

  /** Of the mirror as the policy has it now. */
  #begun(name: string, by: string): Run {
    return begin(this.#policy, name, this.#options.unfitForUsers, { by, at: dateOf(steadyMs()) });
  }

  #started(name: string): Driver {
    const driver = this.#driven.get(name)?.driver;
    if (driver?.seat.run) return driver;
    knownMirror(this.#policy, name);
    throw refused(`no rollout of ${name} has been started`);
  }

  #viewOf(name: string, driver: Driver | undefined, run = driver?.seat.run): RolloutView {
    const seat = driver?.seat;
    return viewOf({
      name,
      mirror: this.#mirror(name),
      run,
      decision: driver?.decision,
      problem: driver?.problem,
      unsaved: seat?.isUnsaved ?? false,
      checks: driver?.checks ?? [],
      withoutCopies: this.#withoutCopies(name),
      delivery: this.#options.delivery(),
      users: this.#options.source.usersOf(name),
      drivenBy: seat?.head && { id: seat.head.owner, isThis: seat.isMine },
    });
  }

  #withoutCopies(name: string): string | undefined {
    if (this.#policy.mirroring === 'off') return 'mirroring is off';
    if (this.#mirror(name)?.paused) return 'the mirror is paused';
    return this.#options.withoutCopies?.(name);
  }

  #mirror(name: string): Mirror | undefined {
    return mirrorIn(this.#policy, name);
  }
}

/** What `applied` depends on. */
function keyOf(run: Run | undefined): string {
  if (!run) return '';
  return JSON.stringify([weightsOf(run.plan, run.state), run.primary, run.shadow, run.finish !== undefined]);
}
