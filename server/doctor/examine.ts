import type { Check, Facts, Finding, Severity } from './facts.ts';
import { MIRROR_CHECKS } from './mirror-checks.ts';
import { RUNNING_CHECKS } from './running-checks.ts';

export const CHECKS: readonly Check[] = [...MIRROR_CHECKS, ...RUNNING_CHECKS];

export interface DoctorReport {
  /** ISO 8601, UTC; by the control plane's clock. */
  readonly at: string;
  /** Worst first. */
  readonly items: readonly Finding[];
  /** The ids of all checks that were made. */
  readonly checked: readonly string[];
}

const ORDER: readonly Severity[] = ['danger', 'risk', 'note'];

export function examine(facts: Facts): DoctorReport {
  const items = CHECKS.flatMap(({ id, severity, find }) => find(facts).map((place) => ({ id, severity, ...place })));
  return {
    at: new Date(facts.atMs).toISOString(),
    items: items.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)),
    checked: CHECKS.map(({ id }) => id),
  };
}
