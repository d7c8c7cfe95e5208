import type { Stratum } from '../ingest/index.ts';
import type { Joined } from '../join/index.ts';
import { shortText } from '../short-text.ts';
import type { Sampled } from './samples.ts';

/**
 * A compared exchange as the tally counts it: which things differ, not how. What differs is named by a key, its kind and
 * its folded path in one string, so that "the control differs there too" is an equality of strings.
 */
export interface Compared {
  readonly mirror: string;
  readonly stratum: Stratum;
  /** `GET /api/orders/{id}` */
  readonly endpoint: string;
  /** Of the candidate, as its answer names it. */
  readonly version?: string;
  readonly atMs: number;
  /** Keys of what differs between primary and candidate, each once. */
  readonly candidate: readonly string[];
  /** Of the primary's values at `candidate`, in its order (0: none); only without a control, where it is what hints at noise. */
  readonly looks?: readonly number[];
  /** The candidate answered the user, and the primary's answer is that to a copy. */
  readonly isBack?: boolean;
  /** The candidate lacks what was made during mirroring: counted at its own path, and no mismatch. */
  readonly isDrift?: boolean;
  /** Between primary and control; undefined without a control's answer. */
  readonly control?: readonly string[];
  /** Differences that rules hid, by rule id; absent: none. */
  readonly hidden?: ReadonlyMap<string, number>;
  readonly primaryArm: ArmOutcome;
  readonly candidateArm: ArmOutcome;
  readonly controlArm?: ArmOutcome;
  readonly sample: CapturedSample;
}

export interface ArmOutcome {
  /** Of gRPC what its own status means in HTTP's classes: 200, 400 or 500. */
  readonly status: number;
  /** It has a status of gRPC, which Envoy's counters say nothing of. */
  readonly isGrpc?: boolean;
  readonly headersMs: number;
  readonly lastByteMs: number;
}

/** `value /total`: a kind has no space. Thousands of them are kept, and a key of a body can be as long as the body. */
export function differenceKey(kind: string, path: string): string {
  return `${kind} ${shortText(path)}`;
}

export function splitKey(key: string): { readonly kind: string; readonly path: string } {
  const at = key.indexOf(' ');
  return { kind: key.slice(0, at), path: key.slice(at + 1) };
}

/** A whole exchange as it was captured: not redacted, so it does not leave the tally like this. */
export interface CapturedSample extends Sampled {
  readonly joined: Joined;
  readonly endpoint: string;
  readonly version?: string;
}
