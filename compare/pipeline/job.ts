import type { Rule } from '../diff/index.ts';
import type { Joined } from '../join/index.ts';
import type { ArmOutcome } from '../tally/index.ts';

/**
 * What goes to a worker thread and comes back. There: encoded halves in one buffer, which is handed over instead of
 * copied. Back: numbers, and every distinct text once, because the same few differences come again and again.
 */
export interface Task {
  readonly joined: Joined;
  /** `GET /api/orders/{id}` */
  readonly endpoint: string;
  /** How often endpoints had been renamed when it was named. */
  readonly renames: number;
  /** Which settings were in force when it was named. */
  readonly settings: number;
}

export interface Job {
  readonly job: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Lengths of the halves in `bytes`, three for each exchange: primary, candidate, control (0: none). */
  readonly lengths: Uint32Array;
  /** For each exchange, indices into `texts`: mirror, endpoint. */
  readonly names: Uint32Array;
  readonly texts: readonly string[];
}

/** How mirrors are compared; a worker knows those of the last message. */
export interface ComparisonSettings {
  readonly rules?: readonly Rule[];
  /** Header of the candidate's answers that names its version, in lower case. Default `x-app-version`. */
  readonly versionHeader?: string;
  /** Names in lower case of the answers' headers that are compared. If not specified, all. */
  readonly headers?: readonly string[];
  /** Names in lower case of headers that are ignored by default but are to be compared. */
  readonly alsoCompareHeaders?: readonly string[];
}

export type ToWorker = { readonly settings: ReadonlyMap<string, ComparisonSettings> } | { readonly work: Job };

/** Results of a job, exchange by exchange, in its order. */
export interface JobResult {
  readonly job: number;
  readonly outcomes: readonly TaskOutcome[];
}

export type TaskOutcome =
  | { readonly outcome: 'truncated' | 'not_comparable' }
  | {
      readonly outcome: 'compared';
      readonly version?: string;
      readonly candidate: readonly string[];
      /** Of the primary's values at `candidate`; only without a control. */
      readonly looks?: readonly number[];
      readonly control?: readonly string[];
      /** Why the control's answer is there but could not be compared. */
      readonly controlLost?: 'truncated' | 'not_comparable';
      readonly primaryArm: ArmOutcome;
      readonly candidateArm: ArmOutcome;
      readonly controlArm?: ArmOutcome;
      /** Differences between primary and candidate that rules hid, by rule id; absent: none. */
      readonly hidden?: ReadonlyMap<string, number>;
      /** Where the statuses allow for state drift: when what was answered was last written, by its own words. */
      readonly writtenAtMs?: number;
    };

/** A JobResult on its way between threads. */
export interface PackedResult {
  readonly job: number;
  /** Integers: see result-packing.ts. */
  readonly codes: Int32Array<ArrayBuffer>;
  /** For each compared exchange three numbers an arm (status, ms to headers, ms to the last byte), then `writtenAtMs`. */
  readonly arms: Float64Array<ArrayBuffer>;
  readonly texts: readonly string[];
}

export function packJob(job: number, tasks: readonly Task[]): Job {
  const lengths = new Uint32Array(tasks.length * 3);
  const names = new Uint32Array(tasks.length * 2);
  const texts = new TextTable();
  let length = 0;
  for (const [index, { joined, endpoint }] of tasks.entries()) {
    lengths[index * 3] = joined.primary.encoded.length;
    lengths[index * 3 + 1] = joined.candidate.encoded.length;
    lengths[index * 3 + 2] = joined.control?.encoded.length ?? 0;
    names[index * 2] = texts.indexOf(joined.mirror);
    names[index * 2 + 1] = texts.indexOf(endpoint);
    length += lengths[index * 3]! + lengths[index * 3 + 1]! + lengths[index * 3 + 2]!;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const { joined } of tasks) {
    for (const half of [joined.primary, joined.candidate, joined.control]) {
      if (!half) continue;
      bytes.set(half.encoded, at);
      at += half.encoded.length;
    }
  }
  return { job, bytes, lengths, names, texts: texts.all };
}

/** Every distinct text once. */
export class TextTable {
  readonly all: string[] = [];
  readonly #indices = new Map<string, number>();

  indexOf(text: string): number {
    let index = this.#indices.get(text);
    if (index === undefined) {
      index = this.all.length;
      this.all.push(text);
      this.#indices.set(text, index);
    }
    return index;
  }
}
