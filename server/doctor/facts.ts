import type { EnvoyStatus } from '../../xds-server/api/index.ts';
import type { GuardStatus } from '../../xds-server/guards/index.ts';
import type { Policy } from '../../xds-server/policy/index.ts';

/** All that the checks know; gathered once, so that they agree on a moment. */
export interface Facts {
  readonly atMs: number;
  readonly policy: Policy;
  readonly guards: readonly GuardStatus[];
  readonly envoys: readonly EnvoyStatus[];
  /** How the filter's virtual machines do, by role. */
  readonly filter: ReadonlyArray<{ readonly role: string; readonly state: string; readonly deaths: number }>;
  /** Mirrors whose copies the brake has stopped. */
  readonly stopped: readonly string[];
  /** Whether others than this machine reach it, and whether they have to prove who they are. */
  readonly api: { readonly beyondLoopback: boolean; readonly guarded: boolean };
  readonly xds: { readonly beyondLoopback: boolean; readonly guarded: boolean };
  /** Absent: nothing is compared. */
  readonly comparison?: {
    readonly machines: readonly CapturingMachine[];
    readonly storeFailing: boolean;
    readonly copies: readonly CopiesTo[];
  };
  /** Of the data directory; absent where it could not be told. */
  readonly disk?: { readonly freeBytes: number; readonly totalBytes: number };
}

/** A virtual machine of the filter that captures, as far as it has told. */
export interface CapturingMachine {
  readonly node: string;
  readonly dropped: number;
  /** What its clock is behind ours; negative: ahead. A little of it is the way here. */
  readonly clockBehindMs: number | undefined;
}

/** What became of the copies to one receiver, at all Envoys since this process began. */
export interface CopiesTo {
  readonly mirror: string;
  readonly role: 'shadow' | 'control';
  /** Sent, or tried without finding a connection. */
  readonly tried: number;
  readonly withoutConnection: number;
  /** With a status below 500. */
  readonly answered: number;
}

/** `danger`: users or the world may be harmed. `risk`: mirroring may fail, or mislead. `note`: worth knowing. */
export type Severity = 'danger' | 'risk' | 'note';

export interface Finding {
  /** Stable; a section of docs/doctor.md has its name. */
  readonly id: string;
  readonly severity: Severity;
  /** Where in the policy, or which Envoy: `mirrors.orders`, `envoys.edge-1`. */
  readonly subject: string;
  readonly message: string;
  readonly remedy: string;
}

export interface Check {
  readonly id: string;
  readonly severity: Severity;
  /** A message and its remedy for each place where something is amiss. */
  find(facts: Facts): ReadonlyArray<Omit<Finding, 'id' | 'severity'>>;
}
