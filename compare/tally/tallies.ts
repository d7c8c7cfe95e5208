import type { Stratum } from '../ingest/index.ts';
import { LOSS_CAUSES, type LossCause, type Lost } from '../join/index.ts';
import type { CapturedSample, Compared } from './compared.ts';
import { type EpochBounds, Epochs } from './epochs.ts';
import { GateCounts, type GateOptions } from './gate-counts.ts';
import { DEFAULT_TALLY_LIMITS, OTHER_ENDPOINTS, OTHER_SEGMENTS, type TallyLimits } from './limits.ts';
import { NO_REDACTION, type RedactedSample, type Redaction, redactSample } from './redact.ts';
import { SampleShelf } from './samples.ts';
import { Series } from './series.ts';
import { type Arm, type FieldCounts, type Room, StratumCounts } from './stratum-counts.ts';

/**
 * Counts what was compared and what was lost: by mirror, epoch, endpoint, stratum and field. Exact for ever within its
 * bounds, and within them whatever the traffic holds; what is beyond is pooled and counted.
 */
export interface MirrorTally {
  readonly mirror: string;
  /** Of all epochs, also of those that are gone. */
  compared: number;
  readonly lost: Record<LossCause, number>;
  /** Compared without the control's answer although the mirror has a control, by cause. */
  readonly controlLost: Partial<Record<LossCause, number>>;
  readonly epochs: Epochs<EpochTally>;
  readonly series: Series;
  epochsDropped: number;
}

export interface EpochTally extends EpochBounds {
  compared: number;
  /** Copies of its time that were not compared, as far as their stratum is known. */
  readonly lost: Map<string, StratumLosses>;
  /** Answers that Envoy gave instead of a service, by endpoint and stratum. */
  readonly localReplies: Map<string, Map<string, LocalReplies>>;
  /** Differences that rules hid, by rule id. There are as many as there are rules. */
  readonly hidden: Map<string, number>;
  readonly endpoints: Map<string, EndpointTally>;
  readonly room: Room;
  /** What the gates of a rollout ask for; empty where there is none. */
  readonly gates: GateCounts;
  /** Pairs of endpoints and strata beyond the bounds; they are counted with the pooled ones. */
  pooledPairs: number;
}

export interface StratumLosses {
  readonly stratum: Stratum;
  readonly causes: Partial<Record<LossCause, number>>;
}

export interface LocalReplies {
  readonly stratum: Stratum;
  readonly counts: Record<Arm, number>;
}

export interface EndpointTally {
  readonly endpoint: string;
  readonly strata: Map<string, StratumCounts>;
}

export interface TalliesOptions {
  readonly limits?: Partial<TallyLimits>;
  /** Of the random choice of latencies. */
  readonly seed?: number;
}

export class Tallies {
  readonly #limits: TallyLimits;
  readonly #mirrors = new Map<string, MirrorTally>();
  readonly #samples: SampleShelf<CapturedSample>;
  /** Versions by mirror, of which nothing has been counted here yet. */
  readonly #resumed = new Map<string, string>();
  #seed: number;
  #beyondMirrors = 0;

  constructor({ limits = {}, seed = 1 }: TalliesOptions = {}) {
    this.#limits = { ...DEFAULT_TALLY_LIMITS, ...limits };
    this.#samples = new SampleShelf(this.#limits.sampleBytes);
    this.#seed = seed;
  }

  /** Exchanges of mirrors beyond the bound: they are in no other count. */
  get beyondMirrors(): number {
    return this.#beyondMirrors;
  }

  mirror(name: string): MirrorTally | undefined {
    return this.#mirrors.get(name);
  }

  mirrors(): MirrorTally[] {
    return [...this.#mirrors.values()];
  }

  /** Samples leave only redacted. */
  sample(id: string, redaction: Redaction = NO_REDACTION): RedactedSample | undefined {
    const sample = this.#samples.get(id);
    return sample && redactSample(sample, redaction);
  }

  /** Ids of a group's samples: the first, then the most different, then the latest. */
  sampleIds({ samples }: Pick<FieldCounts, 'samples'>): string[] {
    return samples.ids(this.#samples);
  }

  sampleStats(): { readonly bytes: number; readonly evicted: number } {
    return { bytes: this.#samples.bytes, evicted: this.#samples.evicted };
  }

  /** A mirror that no longer exists. */
  forget(name: string): void {
    for (const epoch of this.#mirrors.get(name)?.epochs.all ?? []) clearEpoch(epoch);
    this.#mirrors.delete(name);
    this.#resumed.delete(name);
  }

  /**
   * Endpoints of a mirror have other names now, several perhaps the same one, whose counts are then added up.
   *
   * @param nameOf the present name of an endpoint.
   */
  renameEndpoints(mirror: string, nameOf: (endpoint: string) => string): void {
    this.#mirrors.get(mirror)?.series.rename(nameOf);
    for (const { endpoints, localReplies } of this.#mirrors.get(mirror)?.epochs.all ?? []) {
      renameReplies(localReplies, nameOf);
      for (const tally of [...endpoints.values()]) {
        if (tally.endpoint === OTHER_ENDPOINTS) continue;
        const name = nameOf(tally.endpoint);
        if (name === tally.endpoint) continue;
        endpoints.delete(tally.endpoint);
        const target = endpoints.get(name);
        if (target) absorbEndpoint(target, tally);
        else endpoints.set(name, { ...tally, endpoint: name });
      }
    }
  }

  beginEpoch(mirror: string, atMs: number): void {
    this.#mirrors.get(mirror)?.epochs.beginNext(atMs);
  }

  /** @param lost a lost exchange names no version, so it counts in the epoch that is current. */
  countLost(
    { mirror, cause, stratum, failed }: Pick<Lost, 'mirror' | 'cause'> & Partial<Pick<Lost, 'stratum' | 'failed'>>,
    count = 1,
    gates?: GateOptions,
  ): void {
    const tally = this.#of(mirror);
    if (!tally) return;
    tally.lost[cause] += count;
    const { current } = tally.epochs;
    if (!stratum || !current) return;
    const losses = lossesOf(current, stratum, this.#limits.strata);
    losses.causes[cause] = (losses.causes[cause] ?? 0) + count;
    if (gates && failed) current.gates.countFailures(stratum, failed);
  }

  /** What is counted for gates from now on means something else than before. */
  beginGatesAgain(mirror: string): void {
    for (const { gates } of this.#mirrors.get(mirror)?.epochs.all ?? []) gates.beginAgain();
  }

  /** What earlier processes last knew the candidate as: an answer that names no version is of it. */
  resume(mirror: string, version: string | undefined): void {
    if (version !== undefined) this.#resumed.set(mirror, version);
  }

  countControlLost(mirror: string, cause: LossCause): void {
    const tally = this.#of(mirror);
    if (tally) tally.controlLost[cause] = (tally.controlLost[cause] ?? 0) + 1;
  }

  /** Such an exchange is not compared, so it counts in the epoch that is current. */
  countLocalReply(mirror: string, endpoint: string, stratum: Stratum, arm: Arm): void {
    const replies = this.#mirrors.get(mirror)?.epochs.current?.localReplies;
    if (!replies) return;
    const name = replies.has(endpoint) || replies.size < this.#limits.endpoints - 1 ? endpoint : OTHER_ENDPOINTS;
    const strata = replies.get(name) ?? new Map<string, LocalReplies>();
    replies.set(name, strata);
    const which = withinBound(stratum, strata, this.#limits.strata);
    const key = stratumKey(which, false);
    const found = strata.get(key) ?? { stratum: which, counts: { primary: 0, candidate: 0, control: 0 } };
    found.counts[arm] += 1;
    strata.set(key, found);
  }

  /** @param gates of a mirror with a rollout: it is counted for them, too. */
  count(compared: Compared, gates?: GateOptions): void {
    const tally = this.#of(compared.mirror);
    if (!tally) return;
    tally.compared += 1;
    const epoch = tally.epochs.of(compared.version, compared.atMs);
    epoch.compared += 1;
    for (const [rule, count] of compared.hidden ?? []) epoch.hidden.set(rule, (epoch.hidden.get(rule) ?? 0) + count);
    const stratum = this.#stratum(epoch, compared);
    stratum.count(compared);
    if (gates) epoch.gates.count(compared, stratum, gates);
    const { candidate, control = [] } = compared;
    const differs = candidate.some((key) => !control.includes(key));
    tally.series.count(compared.endpoint, compared.atMs, differs);
  }

  #of(mirror: string): MirrorTally | undefined {
    let tally = this.#mirrors.get(mirror);
    if (tally) return tally;
    if (this.#mirrors.size >= this.#limits.mirrors) {
      this.#beyondMirrors += 1;
      return undefined;
    }
    tally = {
      mirror,
      compared: 0,
      lost: Object.fromEntries(LOSS_CAUSES.map((cause) => [cause, 0])) as Record<LossCause, number>,
      controlLost: {},
      series: new Series(),
      epochsDropped: 0,
      epochs: new Epochs<EpochTally>(
        this.#limits.epochs,
        (bounds) => ({
          ...bounds,
          compared: 0,
          pooledPairs: 0,
          lost: new Map(),
          localReplies: new Map(),
          hidden: new Map(),
          endpoints: new Map(),
          gates: new GateCounts(),
          room: { fields: this.#limits.fieldsOfEpoch },
        }),
        (epoch) => {
          clearEpoch(epoch);
          this.#mirrors.get(mirror)!.epochsDropped += 1;
        },
        this.#resumed.get(mirror),
      ),
    };
    this.#mirrors.set(mirror, tally);
    return tally;
  }

  #stratum(epoch: EpochTally, { endpoint: wanted, stratum, control }: Compared): StratumCounts {
    const { endpoints: maxEndpoints, strata: maxStrata } = this.#limits;
    // The last place of each is for what is beyond.
    const isNew = !epoch.endpoints.has(wanted);
    const name = isNew && epoch.endpoints.size >= maxEndpoints - 1 ? OTHER_ENDPOINTS : wanted;
    let endpoint = epoch.endpoints.get(name);
    if (!endpoint) {
      endpoint = { endpoint: name, strata: new Map() };
      epoch.endpoints.set(name, endpoint);
    }
    const controlled = control !== undefined;
    let which = stratum;
    let key = stratumKey(stratum, controlled);
    // Sample and pooled segments, each with and without a control, always have a place.
    if (which.reason === 'segment' && !endpoint.strata.has(key) && endpoint.strata.size >= maxStrata - 4) {
      which = { reason: 'segment', segment: OTHER_SEGMENTS };
      key = stratumKey(which, controlled);
    }
    if (name !== wanted || which !== stratum) epoch.pooledPairs += 1;
    let counts = endpoint.strata.get(key);
    if (!counts) {
      this.#seed = (this.#seed + 0x9e3779b9) | 0;
      counts = new StratumCounts(which, controlled, this.#limits, epoch.room, this.#samples, this.#seed);
      endpoint.strata.set(key, counts);
    }
    return counts;
  }
}

/** The sample and the pooled segments always have a place. */
function withinBound(stratum: Stratum, known: ReadonlyMap<string, unknown>, maxStrata: number): Stratum {
  const isBeyond =
    stratum.reason === 'segment' && !known.has(stratumKey(stratum, false)) && known.size >= maxStrata - 2;
  return isBeyond ? { reason: 'segment', segment: OTHER_SEGMENTS } : stratum;
}

function lossesOf({ lost }: EpochTally, stratum: Stratum, maxStrata: number): StratumLosses {
  const which = withinBound(stratum, lost, maxStrata);
  const key = stratumKey(which, false);
  let losses = lost.get(key);
  if (!losses) {
    losses = { stratum: which, causes: {} };
    lost.set(key, losses);
  }
  return losses;
}

function absorbEndpoint(target: EndpointTally, other: EndpointTally): void {
  for (const [key, counts] of other.strata) {
    const mine = target.strata.get(key);
    if (mine) mine.absorb(counts);
    else target.strata.set(key, counts);
  }
}

function renameReplies(replies: EpochTally['localReplies'], nameOf: (endpoint: string) => string): void {
  for (const [endpoint, strata] of [...replies]) {
    const name = endpoint === OTHER_ENDPOINTS ? endpoint : nameOf(endpoint);
    if (name === endpoint) continue;
    replies.delete(endpoint);
    const target = replies.get(name) ?? new Map<string, LocalReplies>();
    replies.set(name, target);
    for (const [key, { stratum, counts }] of strata) {
      const { primary, candidate, control } = target.get(key)?.counts ?? { primary: 0, candidate: 0, control: 0 };
      const sum = {
        primary: primary + counts.primary,
        candidate: candidate + counts.candidate,
        control: control + counts.control,
      };
      target.set(key, { stratum, counts: sum });
    }
  }
}

function clearEpoch(epoch: EpochTally): void {
  for (const { strata } of epoch.endpoints.values()) for (const counts of strata.values()) counts.clear();
}

function stratumKey(stratum: Stratum, controlled: boolean): string {
  const name = stratum.reason === 'segment' ? `segment/${stratum.segment}` : 'sample';
  return controlled ? `${name}/controlled` : name;
}
