/** What rules hide of an epoch, so that a verdict can say what it does not count. */
import { compileRules, type Rule } from '../diff/index.ts';
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

/**
 * Whether a rule that has hidden differences of this epoch is about a field. Of rules that hide by what values are; what is
 * ignored is in no list to begin with.
 */
export function hidingIn(
  { hidden }: EpochInput,
  rules: readonly Rule[],
  nowMs: number,
): (endpoint: string, path: string) => boolean {
  const hiding = rules.filter(({ id }) => (hidden[id] ?? 0) > 0);
  return (endpoint, path) => {
    const compiled = compileRules(hiding, endpoint, nowMs);
    if (path !== '' && !path.startsWith('/')) return Object.keys(compiled.outside(path)).length > 0;
    let position = compiled.body;
    for (const segment of path.split('/').slice(1)) {
      // How an array is compared matters for all that is in it.
      if (!position || position.here.array) break;
      position = position.step(segment.replaceAll('~1', '/').replaceAll('~0', '~'));
    }
    return position !== undefined && Object.keys(position.here).length > 0;
  };
}
