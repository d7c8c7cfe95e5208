/** What a report is made of: counts of one epoch of a mirror as plain data, from memory or from the store. */
import type { LossCause } from '../join/index.ts';
import type { Looks, Tally } from '../judge/index.ts';
import type { GateInput, QuietPairs } from '../tally/index.ts';

export type Stratum = { readonly reason: 'segment'; readonly segment: string } | { readonly reason: 'sample' };

/** One kind of difference at one path. */
export interface FieldInput {
  readonly kind: string;
  readonly path: string;
  readonly counts: Readonly<Tally>;
  /** Of the primary's values; unknown at most fields. */
  readonly looks?: Looks;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** An example of it. */
  readonly sampleId?: string;
}

export type Arm = 'primary' | 'candidate' | 'control';

/** Of one number an arm; the control's is 0 where it did not answer. */
export type ByArm<T> = Readonly<Record<Arm, T>>;

/** By the answer's status; gRPC's own status counts as the HTTP class of its meaning. */
export interface ErrorCounts {
  readonly clientErrors: number;
  readonly serverErrors: number;
}

/** Until the last byte, of a random choice of the pairs of one endpoint and stratum: the same pairs in every arm. */
export interface LatencyInput {
  readonly endpoint: string;
  readonly stratum: Stratum;
  readonly controlled: boolean;
  /** Pairs out of which they were chosen. */
  readonly seen: number;
  /** NaN where the control did not answer. */
  readonly ms: ByArm<Float32Array>;
}

/** One minute of an endpoint; `*` is all together. */
export interface SeriesPointInput {
  readonly endpoint: string;
  readonly atMs: number;
  readonly compared: number;
  readonly differing: number;
}

/** An epoch without its counts. */
export interface EpochHead extends Pick<EpochInput, 'number' | 'version' | 'begunBy' | 'startedAtMs' | 'lastAtMs'> {
  readonly compared: number;
}

/** One endpoint in one stratum, with a control's answer or without. */
export interface CellInput {
  readonly endpoint: string;
  readonly stratum: Stratum;
  readonly controlled: boolean;
  readonly pairs: number;
  readonly candidateMismatched: number;
  readonly controlMismatched: number;
  readonly bothMismatched: number;
  /** Differences at fields beyond the bound of what is counted by name. */
  readonly beyondFields: number;
  readonly errors: ByArm<ErrorCounts>;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly fields: readonly FieldInput[];
  /** Absent without a control, and where an earlier version has counted. */
  readonly quiet?: readonly Readonly<QuietPairs>[] | undefined;
}

/** Copies of one stratum that were not compared, for one cause. */
export interface LossInput {
  readonly stratum: Stratum;
  readonly cause: LossCause;
  readonly count: number;
}

/** Answers that Envoy gave instead of a service; these exchanges are not compared. */
export interface LocalRepliesInput {
  readonly endpoint: string;
  /** Absent: counted by an earlier version, which did not tell strata apart. */
  readonly stratum?: Stratum;
  readonly counts: ByArm<number>;
}

export interface EpochInput {
  readonly number: number;
  readonly version: string | undefined;
  readonly begunBy: 'first' | 'version' | 'person';
  readonly startedAtMs: number;
  readonly lastAtMs: number;
  readonly cells: readonly CellInput[];
  /** As far as the stratum of what was lost is known. */
  readonly losses: readonly LossInput[];
  readonly localReplies: readonly LocalRepliesInput[];
  /** Differences that rules hid when answers were compared, by rule id. */
  readonly hidden: Readonly<Record<string, number>>;
  /** What the gates of a rollout ask for; absent where none was counted for. */
  readonly gates?: GateInput;
}

export interface MirrorInput {
  readonly mirror: string;
  /** The mirror has a control copy. */
  readonly hasControl: boolean;
  /** Copies to the candidate by Envoy's own count; undefined while no Envoy can be asked. */
  readonly mirrored: number | undefined;
  /** In all epochs. */
  readonly compared: number;
  /** Copies that were not compared, by cause, in all epochs. */
  readonly lost: Readonly<Partial<Record<LossCause, number>>>;
  /** Compared without the control's answer although the mirror has a control, by cause. */
  readonly controlLost: Readonly<Partial<Record<LossCause, number>>>;
}
