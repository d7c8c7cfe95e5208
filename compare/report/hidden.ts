/** What rules hide of an epoch, so that a verdict can say what it does not count. */
import type { EpochInput } from './inputs.ts';
import type { JudgedCell } from './judged.ts';

export interface HiddenReport {
  /** That have hidden something. */
  readonly rules: number;
  readonly differences: number;
  /** Differences by rule id, also of rules that are gone. */
  readonly byRule: Readonly<Record<string, number>>;
}

/** Of answers that were compared after a rule was made, the diff has counted; of those before it, the fields' counts tell. */
export function hiddenIn({ hidden }: EpochInput, judged: readonly JudgedCell[]): HiddenReport {
  const byRule: Record<string, number> = { ...hidden };
  for (const { field, ignoredBy } of judged.flatMap(({ fields }) => fields)) {
    if (ignoredBy === undefined) continue;
    byRule[ignoredBy] = (byRule[ignoredBy] ?? 0) + field.counts.candidateOnly + field.counts.both;
  }
  const counts = Object.values(byRule).filter((count) => count > 0);
  return { rules: counts.length, differences: counts.reduce((total, count) => total + count, 0), byRule };
}
