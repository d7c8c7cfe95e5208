/** What a rollout is told by whoever counts: the comparison of both versions, and Envoy's counts of who answered users. */
import type { Evidence } from './evidence.ts';
import type { Unanswered } from './failures.ts';

export interface RolloutSource {
  /** Undefined while there are no figures: nothing moves forward then. */
  evidenceOf(mirror: string): Promise<Evidence | undefined>;
  /** Users' requests by the service that answered them. Counts grow for as long as this process watches. */
  usersOf(mirror: string): readonly UsersBySide[];
  /** Counts go on from those that an earlier process had come to, as if it were the same. Default: they begin anew. */
  goOnFrom?(mirror: string, users: readonly UsersBySide[]): void;
}

export interface UsersBySide {
  /** `segment employees` or `sample`, as in the evidence. */
  readonly stratum: string;
  /** Names the count: another name says that it began anew. */
  readonly since?: string;
  readonly primary: SideCounts;
  readonly candidate: SideCounts;
}

export interface SideCounts {
  /** That have been answered, by the service or for it. */
  readonly requests: number;
  /** Of these, with 5xx. */
  readonly failed: number;
  /** Beside these, such as have no answer. */
  readonly unanswered?: Unanswered;
}

/** What somebody else says of a step under way. */
export interface CheckResult {
  readonly name: string;
  readonly outcome: 'pass' | 'fail' | 'not-enough-data';
  /** In words; ends no sentence. */
  readonly why: string;
}
