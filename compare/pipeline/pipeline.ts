import type { Registry } from 'prom-client';
import { steadyMs } from '../../clock/index.ts';
import { DriftWatch, driftPath } from '../drift/index.ts';
import { currentEndpoint, type Endpoints, endpointOf, newEndpoints } from '../endpoint/index.ts';
import {
  type CaptureServerOptions,
  type Half,
  readBatch,
  startCaptureServer,
  VmBooks,
  type VmStatus,
  WireError,
} from '../ingest/index.ts';
import {
  answersUser,
  failures,
  type Joined,
  Joiner,
  type JoinerOptions,
  type JoinerStats,
  type KnownLoss,
  type Lost,
} from '../join/index.ts';
import {
  differenceKey,
  type GateOptions,
  type RedactedSample,
  type Redaction,
  Tallies,
  type TalliesOptions,
} from '../tally/index.ts';
import { bytesOf, DiffPool, type DiffPoolOptions } from './diff-pool.ts';
import { type GuardSign, guardSigns, signOfUser } from './guard-signs.ts';
import type { ComparisonSettings, Task, TaskOutcome } from './job.ts';
import { createPipelineMetrics, type PipelineMetrics } from './pipeline-metrics.ts';

/**
 * The comparison layer from batches to counts: takes what Envoys ship, pairs it, compares it in worker threads and counts.
 * Every exchange of which anything arrives ends in exactly one count. Memory is bounded in every step; where a step lags,
 * exchanges are dropped and counted, and nothing is ever held against Envoy.
 */
export interface PipelineOptions {
  readonly listen: Pick<
    CaptureServerOptions,
    'host' | 'port' | 'tls' | 'onTlsProblem' | 'insecure' | 'maxBodyBytes' | 'maxReceivingBytes'
  >;
  /** Halves of other mirrors are dropped and counted. May be changed by `setMirrors`. */
  readonly mirrors: ReadonlyMap<string, ComparedMirror>;
  readonly registry: Registry;
  readonly joiner?: Pick<JoinerOptions, 'windowMs' | 'maxWaiting' | 'maxBytes' | 'maxEnded'>;
  readonly diff?: Pick<DiffPoolOptions, 'workers' | 'maxTasks' | 'maxBytes' | 'jobTimeoutMs'>;
  readonly tally?: TalliesOptions;
  /** Told what answers to copies say of the shadow guard, where a mirror wants to know. */
  readonly onGuardSign?: ((sign: GuardSign) => void) | undefined;
  /** Told when a comparing thread was lost. */
  readonly onThreadLost?: (cause: Error) => void;
}

export interface ComparedMirror extends ComparisonSettings {
  /** Whether copies also go to a control. */
  readonly control: boolean;
  /** Whether its receivers have to show their shadow guard. */
  readonly showsGuard?: boolean;
  /** Whether it has a rollout, whose gates ask for more than a verdict does. */
  readonly hasRollout?: boolean;
  /** How long a copy may live. */
  readonly copyTimeoutMs?: number;
  readonly redaction?: Redaction;
  /** Path templates such as `/api/orders/{id}`; paths that match none are learnt. */
  readonly templates?: readonly string[];
}

export interface Pipeline {
  /** Where batches are taken: `127.0.0.1:18001`. */
  readonly address: string;
  /** Counts, for reading. */
  readonly tallies: Tallies;
  setMirrors(mirrors: ReadonlyMap<string, ComparedMirror>): void;
  /** Losses that others have observed: copies that Envoy refused to send, for instance. */
  explain(loss: KnownLoss): void;
  beginEpoch(mirror: string): void;
  /** Redacted by the rules of its mirror. */
  sample(mirror: string, id: string): RedactedSample | undefined;
  vms(): VmStatus[];
  stats(): PipelineStats;
  close(): Promise<void>;
}

export interface PipelineStats extends JoinerStats {
  /** Exchanges that are being compared or wait for it. */
  readonly comparing: number;
}

const ADVANCE_EVERY_MS = 250;
const STATUS_KEY = differenceKey('status', ':status');

export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const core = new PipelineCore(options);
  const server = await startCaptureServer({
    ...options.listen,
    onBatch: (body) => core.take(body, steadyMs()),
    onRefused: (status) => core.refused(status),
  }).catch(async (error) => {
    await core.close();
    throw error;
  });
  const timer = setInterval(() => core.advance(steadyMs()), ADVANCE_EVERY_MS);
  return {
    address: server.address,
    tallies: core.tallies,
    setMirrors: (mirrors) => core.setMirrors(mirrors),
    explain: (loss) => core.joiner.explain(loss, steadyMs()),
    beginEpoch: (mirror) => core.tallies.beginEpoch(mirror, Date.now()),
    sample: (mirror, id) => core.sample(mirror, id),
    vms: () => core.vms.list(steadyMs()),
    stats: () => ({ ...core.joiner.stats(), comparing: core.pool.tasks }),
    close: async () => {
      clearInterval(timer);
      await server.close();
      await core.close();
    },
  };
}

class PipelineCore {
  readonly vms = new VmBooks();
  readonly drift = new DriftWatch();
  readonly tallies: Tallies;
  readonly joiner: Joiner;
  readonly pool: DiffPool;
  readonly #endpoints = new Map<string, Endpoints>();
  readonly #metrics: PipelineMetrics;
  readonly #onGuardSign: PipelineOptions['onGuardSign'];
  #mirrors: ReadonlyMap<string, ComparedMirror>;
  /** Answers to users, by mirror. */
  readonly #arrived = new Map<string, number>();
  #renames = 0;
  #settings = 0;
  /** By mirror, since which of the settings answers are compared as they are now. */
  readonly #comparedAlikeSince = new Map<string, number>();

  constructor({ mirrors, registry, joiner, diff, tally, onThreadLost, onGuardSign }: PipelineOptions) {
    this.#onGuardSign = onGuardSign;
    this.#mirrors = mirrors;
    this.tallies = new Tallies(tally);
    this.joiner = new Joiner({
      ...joiner,
      expectsControl: (mirror) => this.#mirrors.get(mirror)?.control ?? false,
      copyTimeoutMs: (mirror) => this.#gatesOf(mirror)?.timeoutMs,
      onJoined: (joined) => this.#joined(joined),
      onLost: (lost) => this.#lost(lost),
      onUnseen: (loss) => this.#unseen(loss),
      onLocalReply: (half, request) => {
        const { mirror, stratum, side } = half;
        this.tallies.countLocalReply(mirror, this.#endpointOf(mirror, request ?? half), stratum, side);
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
    for (const [mirror, { templates }] of mirrors) {
      if (!sameTexts(templates, this.#mirrors.get(mirror)?.templates)) this.#endpoints.delete(mirror);
    }
    this.#settings += 1;
    for (const [name, mirror] of mirrors) {
      const before = this.#mirrors.get(name);
      if (before === mirror || textOfSettings(before) === textOfSettings(mirror)) continue;
      this.#comparedAlikeSince.set(name, this.#settings);
      this.tallies.beginGatesAgain(name);
    }
    this.#mirrors = mirrors;
    this.pool.use(mirrors);
    for (const mirror of this.#comparedAlikeSince.keys())
      if (!mirrors.has(mirror)) this.#comparedAlikeSince.delete(mirror);
    for (const mirror of this.#endpoints.keys()) if (!mirrors.has(mirror)) this.#endpoints.delete(mirror);
    for (const mirror of this.#arrived.keys()) if (!mirrors.has(mirror)) this.#arrived.delete(mirror);
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

  sample(mirror: string, id: string): RedactedSample | undefined {
    const sample = this.tallies.sample(id, this.#mirrors.get(mirror)?.redaction);
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
        if (answersUser(half)) this.#arrived.set(half.mirror, (this.#arrived.get(half.mirror) ?? 0) + 1);
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
    const endpoint = this.#endpointOf(mirror, joined.request);
    const task = { joined, endpoint, renames: this.#renames, settings: this.#settings };
    if (this.#onGuardSign && this.#mirrors.get(mirror)?.showsGuard) {
      for (const sign of guardSigns(joined, task.endpoint)) this.#onGuardSign(sign);
    }
    const ofUser = this.#onGuardSign && signOfUser(joined, task.endpoint);
    if (ofUser) this.#onGuardSign?.(ofUser);
    if (!this.pool.submit(task)) {
      this.#lost({ ...joined, cause: 'over_capacity' });
    } else if (controlLost) this.#controlLost(mirror, controlLost);
  }

  #endpointOf(mirror: string, { method, path }: Pick<Half, 'method' | 'path'>): string {
    let endpoints = this.#endpoints.get(mirror);
    if (!endpoints) {
      const { templates } = this.#mirrors.get(mirror) ?? {};
      endpoints = newEndpoints(templates ? { templates } : {});
      this.#endpoints.set(mirror, endpoints);
    }
    const known = endpoints;
    const { endpoint, renamed } = endpointOf(known, method, path);
    if (renamed) {
      this.#renames += 1;
      this.tallies.renameEndpoints(mirror, (earlier) => currentEndpoint(known, earlier));
    }
    return endpoint;
  }

  #lost(lost: Pick<Lost, 'mirror' | 'cause'> & Partial<Pick<Lost, 'stratum' | 'failed'>>, count = 1): void {
    this.tallies.countLost(lost, count, this.#gatesOf(lost.mirror));
    this.#metrics.exchange(lost.mirror, lost.cause, count);
  }

  /**
   * Of an exchange of which nothing arrived no half can name the mirror. All mirrors travel in the same batches, so each
   * takes its part of what is lost as it has it of what arrives.
   */
  #unseen({ cause, count, mirror }: Pick<KnownLoss, 'cause' | 'count' | 'mirror'>): void {
    for (const [name, part] of mirror === undefined ? inProportion(count, this.#arrived) : [[mirror, count] as const]) {
      if (this.#mirrors.has(name)) this.#lost({ mirror: name, cause }, part);
    }
  }

  #controlLost(mirror: string, cause: Lost['cause']): void {
    this.tallies.countControlLost(mirror, cause);
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
    const { version } = compared;
    // It may have been renamed while this was compared.
    const known = task.renames < this.#renames ? this.#endpoints.get(mirror) : undefined;
    const endpoint = known ? currentEndpoint(known, task.endpoint) : task.endpoint;
    const sample = { id, bytes: bytesOf(task), joined, endpoint, ...(version !== undefined && { version }) };
    const drift = this.drift.driftOf(joined, compared.candidateArm.status, writtenAtMs);
    // A control that fails alike makes it noise.
    const isDrift = drift && compared.candidate.includes(STATUS_KEY) && !compared.control?.includes(STATUS_KEY);
    const ofDrift = isDrift ? { candidate: [differenceKey('status', driftPath(drift))], isDrift } : {};
    const ofBack = joined.request.side === 'candidate' ? { isBack: true } : {};
    // What was compared by rules of before is no answer to those of now.
    const gates = task.settings >= (this.#comparedAlikeSince.get(mirror) ?? 0) ? this.#gatesOf(mirror) : undefined;
    this.tallies.count({ ...compared, ...ofDrift, ...ofBack, mirror, stratum, endpoint, atMs, sample }, gates);
    this.#metrics.exchange(mirror, outcome);
  }

  #gatesOf(mirror: string): GateOptions | undefined {
    const { hasRollout, control = false, copyTimeoutMs: timeoutMs } = this.#mirrors.get(mirror) ?? {};
    return hasRollout ? { hasControl: control, ...(timeoutMs !== undefined && { timeoutMs }) } : undefined;
  }
}

/** What says how answers are compared. */
function textOfSettings(mirror: ComparedMirror | undefined): string {
  if (!mirror) return '';
  const { control, hasRollout, copyTimeoutMs, rules, versionHeader, headers, alsoCompareHeaders } = mirror;
  return JSON.stringify([control, hasRollout, copyTimeoutMs, rules, versionHeader, headers, alsoCompareHeaders]);
}

/** Of users whom the candidate answered their own requests tell, in Envoy's counters. */
function failedIn({ request, primary, candidate }: Joined, copyTimeoutMs: number | undefined): Lost['failed'] {
  const failed = request === primary ? failures(primary, candidate, copyTimeoutMs) : undefined;
  return failed && { primary: failed.user, candidate: failed.copy };
}

/** Parts of a whole number that add up to it; what does not divide goes to the largest. */
function inProportion(count: number, weights: ReadonlyMap<string, number>): Array<readonly [string, number]> {
  const sorted = [...weights].sort(([, one], [, other]) => other - one);
  const total = sorted.reduce((sum, [, weight]) => sum + weight, 0);
  const parts = sorted.map(([name, weight]) => [name, Math.floor((count * weight) / total)] as [string, number]);
  if (parts[0]) parts[0][1] += count - parts.reduce((sum, [, part]) => sum + part, 0);
  return parts.filter(([, part]) => part > 0);
}

function sameTexts(one: readonly string[] = [], other: readonly string[] = []): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}
