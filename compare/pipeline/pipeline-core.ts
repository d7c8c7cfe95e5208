import { steadyMs } from '../../clock/index.ts';
import { DriftWatch, driftPath } from '../drift/index.ts';
import { type Half, readBatch, VmBooks, WireError } from '../ingest/index.ts';
import { answersUser, failures, type Joined, Joiner, type KnownLoss, type Lost } from '../join/index.ts';
import { differenceKey, type GateOptions, type RedactedSample, Tallies } from '../tally/index.ts';
import { Arrivals } from './arrivals.ts';
import { bytesOf, DiffPool } from './diff-pool.ts';
import { guardSigns, signOfUser } from './guard-signs.ts';
import type { Task, TaskOutcome } from './job.ts';
import { MirrorEndpoints } from './mirror-endpoints.ts';
import type { ComparedMirror, PipelineOptions } from './pipeline.ts';
import { createPipelineMetrics, type PipelineMetrics } from './pipeline-metrics.ts';
import { SettingsAge } from './settings-age.ts';

const STATUS_KEY = differenceKey('status', ':status');

/** The way of a batch: read, paired, compared, counted; all that `startPipeline` promises but the listening and the timer. */
export class PipelineCore {
  readonly vms = new VmBooks();
  readonly drift = new DriftWatch();
  readonly tallies: Tallies;
  readonly joiner: Joiner;
  readonly pool: DiffPool;
  readonly #endpoints: MirrorEndpoints;
  readonly #metrics: PipelineMetrics;
  readonly #onGuardSign: PipelineOptions['onGuardSign'];
  #mirrors: ReadonlyMap<string, ComparedMirror>;
  readonly #arrived = new Arrivals();
  readonly #settings = new SettingsAge();

  constructor({ mirrors, registry, joiner, diff, tally, onThreadLost, onGuardSign }: PipelineOptions) {
    this.#onGuardSign = onGuardSign;
    this.#mirrors = mirrors;
    this.tallies = new Tallies(tally);
    this.#endpoints = new MirrorEndpoints((mirror, current) => this.tallies.renameEndpoints(mirror, current));
    this.#endpoints.follow(mirrors);
    this.joiner = new Joiner({
      ...joiner,
      expectsControl: (mirror) => this.#mirrors.get(mirror)?.control ?? false,
      copyTimeoutMs: (mirror) => this.#gatesOf(mirror)?.timeoutMs,
      onJoined: (joined) => this.#joined(joined),
      onLost: (lost) => this.#lost(lost),
      onUnseen: (loss) => this.#unseen(loss),
      onLocalReply: (half, request) => {
        const { mirror, stratum, side } = half;
        this.tallies.countLocalReply(mirror, this.#endpoints.of(mirror, request ?? half), stratum, side);
      },
    });
    this.pool = new DiffPool({
      ...diff,
      onDone: (done) => {
        for (const [task, outcome] of done) this.#done(task, outcome);
      },
      onThreadLost: (cause) => {
        this.#metrics.threadLost();
        onThreadLost?.(cause);
      },
    });
    this.pool.use(mirrors);
    this.#metrics = createPipelineMetrics(registry, {
      joiner: () => this.joiner.stats(),
      vms: () => this.vms.list(steadyMs()),
      tasks: () => this.pool.tasks,
      sampleBytes: () => this.tallies.sampleStats().bytes,
    });
  }

  setMirrors(mirrors: ReadonlyMap<string, ComparedMirror>): void {
    for (const mirror of this.#settings.follow(this.#mirrors, mirrors)) this.tallies.beginGatesAgain(mirror);
    this.#mirrors = mirrors;
    this.pool.use(mirrors);
    this.#endpoints.follow(mirrors);
    this.#arrived.keep(mirrors);
    for (const { mirror } of this.tallies.mirrors()) {
      if (mirrors.has(mirror)) continue;
      this.tallies.forget(mirror);
      this.drift.forget(mirror);
    }
  }

  /** False when these bytes are no batch. */
  take(body: Uint8Array, nowMs: number): boolean {
    let batch: ReturnType<typeof readBatch>;
    try {
      batch = readBatch(body);
    } catch (error) {
      if (error instanceof WireError) return false;
      throw error;
    }
    const { duplicate, lost } = this.vms.arrive(batch, nowMs, Date.now());
    for (const { role, cause, count } of lost) {
      this.#metrics.halvesLost(role, cause, count);
      this.joiner.explain({ side: role, cause, count }, nowMs);
    }
    this.#metrics.batch(duplicate ? 'duplicate' : 'taken');
    if (batch.unreadableHalves > 0) this.#metrics.halves('unreadable', batch.unreadableHalves);
    if (duplicate) this.#metrics.halves('duplicate', batch.halves.length);
    else this.#takeHalves(batch.halves, nowMs);
    return true;
  }

  refused(status: number): void {
    this.#metrics.batch(`refused_${status}`);
  }

  advance(nowMs: number): void {
    this.joiner.advance(nowMs);
    this.pool.advance(nowMs);
  }

  /** Of a mirror that is gone nobody says what nobody may see. */
  sample(mirror: string, id: string): RedactedSample | undefined {
    const of = this.#mirrors.get(mirror);
    const sample = of && this.tallies.sample(id, of.redaction);
    return sample?.exchange.mirror === mirror ? sample : undefined;
  }

  async close(): Promise<void> {
    this.joiner.close();
    await this.pool.close();
  }

  #takeHalves(halves: readonly Half[], nowMs: number): void {
    const before = this.joiner.repetitions();
    let unknown = 0;
    for (const half of halves) {
      if (!this.#mirrors.has(half.mirror)) unknown += 1;
      else {
        if (answersUser(half)) this.#arrived.see(half.mirror);
        this.drift.see(half);
        this.joiner.add(half, nowMs);
      }
    }
    const after = this.joiner.repetitions();
    const duplicate = after.duplicates - before.duplicates;
    const late = after.late - before.late;
    this.#metrics.halves('taken', halves.length - unknown - duplicate - late);
    for (const [result, count] of Object.entries({ unknown_mirror: unknown, duplicate, late })) {
      if (count > 0) this.#metrics.halves(result, count);
    }
  }

  #joined(joined: Joined): void {
    const { mirror, controlLost } = joined;
    const endpoint = this.#endpoints.of(mirror, joined.request);
    const task = { joined, endpoint, renames: this.#endpoints.renames, settings: this.#settings.now };
    if (this.#onGuardSign && this.#mirrors.get(mirror)?.showsGuard) {
      for (const sign of guardSigns(joined, task.endpoint)) this.#onGuardSign(sign);
    }
    const ofUser = this.#onGuardSign && signOfUser(joined, task.endpoint);
    if (ofUser) this.#onGuardSign?.(ofUser);
    if (!this.pool.submit(task)) {
      this.#lost({ ...joined, cause: 'over_capacity' });
    } else if (controlLost) this.#controlLost(mirror, controlLost);
  }

  #lost(lost: Pick<Lost, 'mirror' | 'cause'> & Partial<Pick<Lost, 'stratum' | 'failed'>>, count = 1): void {
    // Of a mirror that is gone by now nothing is counted: that would begin it anew.
    if (this.#mirrors.has(lost.mirror)) this.tallies.countLost(lost, count, this.#gatesOf(lost.mirror));
    this.#metrics.exchange(lost.mirror, lost.cause, count);
  }

  /**
   * Of an exchange of which nothing arrived no half can name the mirror. All mirrors travel in the same batches, so each
   * takes its part of what is lost as it has it of what arrives.
   */
  #unseen({ cause, count, mirror }: Pick<KnownLoss, 'cause' | 'count' | 'mirror'>): void {
    for (const [name, part] of mirror === undefined ? this.#arrived.inProportion(count) : [[mirror, count] as const]) {
      if (this.#mirrors.has(name)) this.#lost({ mirror: name, cause }, part);
    }
  }

  #controlLost(mirror: string, cause: Lost['cause']): void {
    if (this.#mirrors.has(mirror)) this.tallies.countControlLost(mirror, cause);
    this.#metrics.controlLost(mirror, cause);
  }

  #done(task: Task, result: TaskOutcome): void {
    const { joined } = task;
    const { id, mirror, stratum, atMs } = joined;
    if (result.outcome !== 'compared') {
      const failed = failedIn(joined, this.#gatesOf(mirror)?.timeoutMs);
      this.#lost({ mirror, stratum, cause: result.outcome, ...(failed && { failed }) });
      return;
    }
    const { outcome, controlLost, writtenAtMs, ...compared } = result;
    if (controlLost) this.#controlLost(mirror, controlLost);
    this.#metrics.exchange(mirror, outcome);
    if (!this.#mirrors.has(mirror)) return;
    const { version } = compared;
    const endpoint = this.#endpoints.current(mirror, task);
    const sample = { id, bytes: bytesOf(task), joined, endpoint, ...(version !== undefined && { version }) };
    const drift = this.drift.driftOf(joined, compared.candidateArm.status, writtenAtMs);
    // A control that fails alike makes it noise.
    const isDrift = drift && compared.candidate.includes(STATUS_KEY) && !compared.control?.includes(STATUS_KEY);
    const ofDrift = isDrift ? { candidate: [differenceKey('status', driftPath(drift))], isDrift } : {};
    const ofBack = joined.request.side === 'candidate' ? { isBack: true } : {};
    // What was compared by rules of before is no answer to those of now.
    const gates = this.#settings.isAlike(mirror, task.settings) ? this.#gatesOf(mirror) : undefined;
    this.tallies.count({ ...compared, ...ofDrift, ...ofBack, mirror, stratum, endpoint, atMs, sample }, gates);
  }

  #gatesOf(mirror: string): GateOptions | undefined {
    const { hasRollout, control = false, copyTimeoutMs: timeoutMs } = this.#mirrors.get(mirror) ?? {};
    return hasRollout ? { hasControl: control, ...(timeoutMs !== undefined && { timeoutMs }) } : undefined;
  }
}

/** Of users whom the candidate answered their own requests tell, in Envoy's counters. */
function failedIn({ request, primary, candidate }: Joined, copyTimeoutMs: number | undefined): Lost['failed'] {
  const failed = request === primary ? failures(primary, candidate, copyTimeoutMs) : undefined;
  return failed && { primary: failed.user, candidate: failed.copy };
}
