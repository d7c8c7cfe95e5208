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
  /** The first `depth` segments count; what follows is left from earlier. */
  readonly primary: PathSegment[];
  readonly candidate: PathSegment[];
  depth: number;
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
  /** Found, but beyond the limit. */
  more = 0;
  private readonly kept: Array<Difference | AtPlace> = [];
  private readonly written: Difference[] = [];
  private hiddenByRule: Map<string, number> | undefined;
  private readonly limits: FindingLimits;
  private byPath: Map<string, number> | undefined;

  constructor(limits: FindingLimits = DEFAULT_FINDING_LIMITS) {
    this.limits = limits;
  }

  get count(): number {
    return this.kept.length + this.more;
  }

  /** Paths and values become text here, when they are asked for. */
  get differences(): readonly Difference[] {
    for (let at = this.written.length; at < this.kept.length; at++) this.written.push(write(this.kept[at]!));
    return this.written;
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
    if (this.isFull && !this.admits(difference.kind, difference.path)) return;
    this.kept.push(difference);
  }

  /** For a place in a JSON body. */
  addJson(kind: DifferenceKind, place: Place, primary: Shown, candidate: Shown): void {
    if (this.isFull && !this.admits(kind, foldedPath(place.primary.slice(0, place.depth)))) return;
    this.kept.push(new AtPlace(kind, place, primary, candidate));
  }

  /** What `undoTo` takes to forget what comes after it. */
  mark(): FindingsMark {
    return { kept: this.kept.length, more: this.more, hidden: this.hiddenByRule && new Map(this.hiddenByRule) };
  }

  undoTo({ kept, more, hidden }: FindingsMark): void {
    this.kept.length = kept;
    this.written.length = Math.min(this.written.length, kept);
    this.more = more;
    this.hiddenByRule = hidden && new Map(hidden);
    this.byPath = undefined;
  }

  /** So many that one path may have all it is allowed; before, nobody has to count. */
  private get isFull(): boolean {
    return this.kept.length >= this.limits.perPath || this.kept.length >= this.limits.total;
  }

  private admits(kind: DifferenceKind, path: string): boolean {
    this.byPath ??= this.countByPath();
    const name = `${kind} ${path}`;
    const already = this.byPath.get(name) ?? 0;
    if (already >= this.limits.perPath || this.kept.length >= this.limits.total) {
      this.more++;
      return false;
    }
    this.byPath.set(name, already + 1);
    return true;
  }

  private countByPath(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { kind, path } of this.differences) {
      const name = `${kind} ${path}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }
}

interface FindingsMark {
  readonly kept: number;
  readonly more: number;
  readonly hidden: ReadonlyMap<string, number> | undefined;
}

/** What stands for a value of which no more than its preview is needed. */
export class Excerpt {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a body holds at a place; undefined: nothing. */
type Shown = Json | Excerpt | undefined;

/** A difference in a JSON body, as it was found. */
class AtPlace {
  readonly kind: DifferenceKind;
  readonly inPrimary: readonly PathSegment[];
  /** The same object as `inPrimary` where the two places are. */
  readonly inCandidate: readonly PathSegment[];
  readonly primary: Shown;
  readonly candidate: Shown;

  constructor(kind: DifferenceKind, place: Place, primary: Shown, candidate: Shown) {
    this.kind = kind;
    this.inPrimary = place.primary.slice(0, place.depth);
    this.inCandidate = place.moved > 0 ? place.candidate.slice(0, place.depth) : this.inPrimary;
    this.primary = primary;
    this.candidate = candidate;
  }
}

function write(found: Difference | AtPlace): Difference {
  if (!(found instanceof AtPlace)) return found;
  const { kind, primary, candidate } = found;
  const inPrimary = pointer(found.inPrimary);
  const inCandidate = found.inCandidate === found.inPrimary ? inPrimary : pointer(found.inCandidate);
  const difference: { -readonly [name in keyof Difference]: Difference[name] } = {
    kind,
    path: foldedPath(found.inPrimary),
    pointer: kind === 'extra' ? inCandidate : inPrimary,
  };
  if (kind !== 'extra' && kind !== 'missing' && inPrimary !== inCandidate) difference.candidatePointer = inCandidate;
  if (primary !== undefined) difference.primary = show(primary);
  if (candidate !== undefined) difference.candidate = show(candidate);
  return difference;
}

function show(value: Json | Excerpt): string {
  return value instanceof Excerpt ? value.text : preview(value);
}
