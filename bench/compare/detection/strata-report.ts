/** What the report says of mirrors with several strata. */
import { table } from '../../support/index.ts';
import {
  atAlarms,
  DIFFERENT,
  DIFFY,
  falseAlarms,
  MCNEMAR,
  METHODS,
  precision,
  recall,
  SEEN,
  share,
} from './figures.ts';
import { STRATA } from './parameters.ts';
import { NOISES } from './strata-corpus.ts';
import type { ScoredStrata } from './strata-score.ts';
import { met, number, percent, rest, right, withInterval } from './words.ts';

const HEAD = [{ title: 'noise' }];
const NAMES = METHODS.map(({ name }) => name);

export function strataGoals(corpora: readonly ScoredStrata[]): string[] {
  return NOISES.flatMap((noise) => {
    const own = corpora.filter(({ plan }) => plan.noise === noise);
    const innocent = own.filter(isInnocent);
    const silent = rest(falseAlarms(innocent, DIFFERENT.flags));
    const alarms = falseAlarms(own, DIFFERENT.flags);
    const name = `${STRATA.count} segments, ${noise} noise`;
    return [
      `${met(share(silent) >= 0.95)}: ${name}, A/A corpora silent: ${percent(silent)} (aim: at least 95%); without even a \`seen\`: ${percent(rest(falseAlarms(innocent, SEEN.flags)))}`,
      `${met(share(alarms) <= 0.05)}: ${name}, corpora with a false \`different\`: ${percent(alarms)} (aim: at most 5%)`,
      ...[DIFFY, MCNEMAR].map((rival) => {
        const defective = own.filter((corpus) => !isInnocent(corpus));
        const theirs = recall(defective, rival.flags);
        const ours = recall(defective, atAlarms(own, falseAlarms(own, rival.flags).hits));
        return `${met(ours.hits >= theirs.hits)}: ${name}, recall at the false alarms of ${rival.name}: ${percent(ours)}, its own ${percent(theirs)}`;
      }),
    ];
  });
}

export function silentStrataTable(corpora: readonly ScoredStrata[]): string {
  const rows = cells(corpora.filter(isInnocent)).map(({ noise, pairs, own }) => [
    noise,
    pairs,
    String(own.length),
    ...METHODS.map(({ flags }) => withInterval(rest(falseAlarms(own, flags)))),
  ]);
  return table([...HEAD, ...right('pairs', 'corpora', ...NAMES)], rows);
}

/** Recall / precision / corpora with a false alarm. */
export function defectiveStrataTable(corpora: readonly ScoredStrata[]): string {
  const defective = corpora.filter((corpus) => !isInnocent(corpus));
  const rows = cells(defective).map(({ noise, pairs, own }) => [
    noise,
    pairs,
    String(recall(own, DIFFERENT.flags).of),
    ...METHODS.map(({ flags }) =>
      [recall(own, flags), precision(own, flags), falseAlarms(own, flags)].map(percent).join(' / '),
    ),
  ]);
  const columns = NAMES.map((name) => `${name}: recall / precision / false alarms`);
  return table([...HEAD, ...right('pairs', 'defects', ...columns)], rows);
}

function cells(corpora: readonly ScoredStrata[]) {
  return NOISES.flatMap((noise) =>
    [undefined, ...STRATA.pairs].map((pairs) => ({
      noise,
      pairs: pairs === undefined ? 'all' : number(pairs),
      own: corpora.filter(({ plan }) => plan.noise === noise && (pairs ?? plan.pairs) === plan.pairs),
    })),
  );
}

function isInnocent({ plan }: ScoredStrata): boolean {
  return plan.defectRate === 0;
}
