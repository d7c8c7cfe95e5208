import type { VerdictReport } from '../../compare/report/index.ts';
import type { Style } from '../output/style.ts';

type Verdict = VerdictReport['verdict'];

export function verdictText(verdict: Verdict, style: Style): string {
  if (verdict === 'same') return style.green('same');
  return verdict === 'different' ? style.red('different') : style.yellow('not enough data');
}

const EXIT_CODES = { same: 0, different: 3, 'not-enough-data': 4 } as const;
/** What a pipeline must not overlook stands first. */
const WORST_FIRST: readonly Verdict[] = ['different', 'not-enough-data', 'same'];

/** Of several verdicts the worst; without any there is nothing to object to. */
export function exitCodeOfVerdicts(verdicts: readonly Verdict[]): number {
  return EXIT_CODES[WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'same'];
}
