/**
 * What the comparison reports, and the one place that collects it. Only so many differences are kept, and only so many of
 * one kind at one path, so that a long array cannot crowd out the rest; what is beyond is a number.
 */

import type { Json } from './json-value.ts';
import { foldedPath, type PathSegment, pointer } from './path.ts';
import { preview } from './preview.ts';

/**
 * - `status`: HTTP or gRPC status
 * - `type`: another JSON type (null included), or another kind of body
 * - `missing`, `extra`: the candidate lacks it, or has it beyond the primary
 * - `value`: the same type, another value
 * - `order`: the same elements in another order
 * - `length`: arrays of different lengths; which elements, is said by `missing` and `extra`
 */
export type DifferenceKind = 'value' | 'type' | 'missing' | 'extra' | 'order' | 'length' | 'status';

export interface Difference {
  readonly kind: DifferenceKind;
  /**
   * For grouping: a JSON Pointer in which array indices and keys that are ids are folded to `*`, or `:status`,
   * `:grpc-status`, `header:NAME`, `trailer:NAME`, `:body`, `:body/*` (lines of text), `:message/*` (of gRPC).
   */
  readonly path: string;
  /** Exactly where: in the primary's answer; an `extra` thing in the candidate's. */
  readonly pointer: string;
  /** Where it is in the candidate's answer, if elsewhere. */
  readonly candidatePointer?: string;
  /**
   * JSON text of what stands there (other text as it is), cut to a few hundred characters; absent: nothing. With `length`
   * the length, with `order` the index of the first element that moved.
   */
  readonly primary?: string;
  readonly candidate?: string;
}

/** Where the walk is, in both answers: they differ below an array whose elements moved. */
export interface Place {
  readonly primary: PathSegment[];
  readonly candidate: PathSegment[];
  /** How many segments of the two are different. */
  moved: number;
}

export interface FindingLimits {
  readonly total: number;
  readonly perPath: number;
}

export const DEFAULT_FINDING_LIMITS: FindingLimits = { total: 500, perPath: 10 };

const NOTHING_HIDDEN: ReadonlyMap<string, number> = new Map();

export class Findings {
  readonly differences: Difference[] = [];
  /** Found, but beyond the limit. */
  more = 0;
  private hiddenByRule: Map<string, number> | undefined;
  private readonly limits: FindingLimits;
  private byPath: Map<string, number> | undefined;

  constructor(limits: FindingLimits = DEFAULT_FINDING_LIMITS) {
    this.limits = limits;
  }

  get count(): number {
    return this.differences.length + this.more;
  }

  /** Differences that a rule declared harmless, by the rule's id. */
  get hidden(): ReadonlyMap<string, number> {
    return this.hiddenByRule ?? NOTHING_HIDDEN;
  }

  hide(ruleId: string): void {
    this.hiddenByRule ??= new Map();
    this.hiddenByRule.set(ruleId, (this.hiddenByRule.get(ruleId) ?? 0) + 1);
  }

  /** For everything outside a JSON body, where path and pointer are known as text. */
  add(difference: Difference): void {
    if (this.admits(difference.kind, difference.path)) this.differences.push(difference);
  }

  /** For a place in a JSON body; `undefined` stands for nothing there. */
  addJson(kind: DifferenceKind, place: Place, primary: Json | undefined, candidate: Json | undefined): void {
    const path = foldedPath(place.primary);
    if (!this.admits(kind, path)) return;
    const inPrimary = pointer(place.primary);
    const inCandidate = place.moved > 0 ? pointer(place.candidate) : inPrimary;
    const found: { -readonly [name in keyof Difference]: Difference[name] } = { kind, path, pointer: inPrimary };
    if (kind === 'extra') found.pointer = inCandidate;
    else if (kind !== 'missing' && inPrimary !== inCandidate) found.candidatePointer = inCandidate;
    if (primary !== undefined) found.primary = preview(primary);
    if (candidate !== undefined) found.candidate = preview(candidate);
    this.differences.push(found);
  }

  private admits(kind: DifferenceKind, path: string): boolean {
    const name = `${kind} ${path}`;
    this.byPath ??= new Map();
    const already = this.byPath.get(name) ?? 0;
    if (already >= this.limits.perPath || this.differences.length >= this.limits.total) {
      this.more++;
      return false;
    }
    this.byPath.set(name, already + 1);
    return true;
  }
}
