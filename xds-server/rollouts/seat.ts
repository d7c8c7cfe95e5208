import { isOver } from '../../rollout/index.ts';
import type { Head, RolloutStore, StoredRun } from './rollout-store.ts';
import type { Run } from './run.ts';

export interface SeatOptions {
  readonly mirror: string;
  readonly store: RolloutStore;
  /** What this control plane is called. */
  readonly me: string;
  /** Called whenever another run is in force, before anything is awaited. */
  readonly onChange: (run: Run, before: Run | undefined) => void;
}

const MAX_TRIES = 5;

/**
 * The run of one mirror that is in force here, and its way into the store. Forward it goes through the store: what is not
 * stored, or was decided by who does not drive it any more, never comes into force. Back it goes at once, and into the store
 * as soon as that takes it.
 */
export class Seat {
  readonly #options: SeatOptions;
  #run: Run | undefined;
  /** As last seen in the store. */
  #head: Head | undefined;
  #unsaved = false;
  #isStoring = false;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(options: SeatOptions) {
    this.#options = options;
  }

  get mirror(): string {
    return this.#options.mirror;
  }

  get run(): Run | undefined {
    return this.#run;
  }

  get head(): Head | undefined {
    return this.#head;
  }

  /** This control plane drives it. */
  get isMine(): boolean {
    return this.#head?.owner === this.#options.me;
  }

  /** A step forward, or figures, are on their way into the store. */
  get isStoring(): boolean {
    return this.#isStoring;
  }

  /** What is in force is not stored yet. */
  get isUnsaved(): boolean {
    return this.#unsaved;
  }

  /** What was read from the store; something older than what is known changes nothing. */
  adopt(stored: StoredRun): void {
    const known = this.#head;
    const isNews = !known || stored.term > known.term || (stored.term === known.term && stored.version > known.version);
    if (!isNews) return;
    this.#head = headOf(stored);
    if (!this.#unsaved || isPast(this.#run, stored.run)) this.#take(stored.run);
  }

  /** In force when this returns; `flush` stores it. */
  retreat(run: Run): void {
    this.#unsaved = true;
    this.#put(run);
  }

  /**
   * Figures that are no reason to write at once, and decide nothing.
   *
   * @returns false: something else is in force by now, or is about to be
   */
  update(before: Run, after: Run): boolean {
    if (this.#run !== before || this.#isStoring) return false;
    this.#put(after);
    return true;
  }

  /**
   * Stored, then in force.
   *
   * @param change of what is in force when its turn has come; undefined: nothing is to be done any more
   * @returns false: nothing was done, another drives it, or something else has come into force meanwhile
   * @throws ShadowplaneError STORE_FAILED; then it is not in force
   */
  advance(change: (run: Run | undefined) => Run | undefined): Promise<boolean> {
    return this.#serialised(async () => {
      const before = this.#run;
      const after = change(before);
      if (after === undefined || this.#unsaved) return false;
      this.#isStoring = true;
      const stored = await this.#store(after).finally(() => {
        this.#isStoring = false;
      });
      if (!stored) return false;
      this.#head = headOf(stored);
      // Whoever went back meanwhile has published that already; it is written over this.
      if (this.#run !== before) return false;
      this.#put(after);
      return true;
    });
  }

  /** Stores what is in force. @throws ShadowplaneError STORE_FAILED; it stays in force */
  flush(): Promise<void> {
    return this.#serialised(async () => {
      for (let tries = 0; this.#unsaved && tries < MAX_TRIES; tries += 1) {
        if (this.#head && !this.isMine && !(await this.#claim())) continue;
        const run = this.#run!;
        if (!this.#unsaved) return;
        const stored = await this.#store(run);
        if (!stored) continue;
        this.#head = headOf(stored);
        this.#unsaved = this.#run !== run;
      }
    });
  }

  /** Drives it from now on, whoever did. @returns false: somebody was faster */
  claim(): Promise<boolean> {
    return this.#serialised(async () => this.isMine || this.#claim());
  }

  /** As `claim`, but also where it is known as ours: that was an earlier process of the same name. */
  claimAnew(): Promise<boolean> {
    return this.#serialised(() => this.#claim());
  }

  /** Says to others that it is driven. */
  async beat(): Promise<void> {
    if (this.isMine && !(await this.#options.store.beat(this.#head!))) await this.#reload();
  }

  /** Waits for what is under way. */
  async settled(): Promise<void> {
    await this.#writes;
  }

  async #store(run: Run): Promise<StoredRun | undefined> {
    const { store, mirror, me } = this.#options;
    const stored = this.#head
      ? this.isMine
        ? await store.write(this.#head, run)
        : undefined
      : await store.insert(mirror, me, run);
    // Also where a write has failed that was done all the same.
    if (!stored) await this.#reload();
    return stored;
  }

  async #claim(): Promise<boolean> {
    const { store, me } = this.#options;
    const taken = await store.take(this.#head!, me);
    if (taken) this.adopt(taken);
    else await this.#reload();
    return taken !== undefined;
  }

  async #reload(): Promise<void> {
    const stored = await this.#options.store.read(this.mirror);
    if (stored) this.adopt(stored);
  }

  #take(run: Run): void {
    this.#unsaved = false;
    this.#put(run);
  }

  #put(run: Run): void {
    const before = this.#run;
    this.#run = run;
    this.#options.onChange(run, before);
  }

  #serialised<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#writes.then(task);
    this.#writes = result.catch(() => {});
    return result;
  }
}

/** Others have ended it meanwhile, or begun another: there is nothing left to go back from. */
function isPast(ours: Run | undefined, stored: Run): boolean {
  return isOver(stored.state) || ours?.startedAt !== stored.startedAt;
}

function headOf({ run: _, ...head }: StoredRun): Head {
  return head;
}
