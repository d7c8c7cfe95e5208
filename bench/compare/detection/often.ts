/** The verdict is there at any time, and people look often: is an innocent field ever `different`, for a while? */
import { countDifference, emptyTally, judgeFields } from '../../../compare/judge/index.ts';
import type { Corpus } from './corpus.ts';
import { CANDIDATE, CONTROL } from './noise.ts';

const FIRST_LOOK = 20;
/** From one look to the next: a quarter more pairs. */
const MORE = 1.25;

/** The pairs at which somebody looks; the last are all. */
export function looksAt(pairs: number): number[] {
  const looks: number[] = [];
  for (let look = FIRST_LOOK; look < pairs; look *= MORE) looks.push(Math.round(look));
  return [...looks, pairs];
}

/** Whether a field without a defect is called `different` at any of the looks. */
export function isEverAlarmed({ plan, series }: Corpus): boolean {
  const tallies = series.map(() => emptyTally());
  let seen = 0;
  return looksAt(plan.pairs).some((look) => {
    for (const [index, { marks }] of series.entries()) {
      for (let pair = seen; pair < look; pair += 1) {
        const mark = marks[pair]!;
        if (mark !== 0) countDifference(tallies[index]!, pair, (mark & CANDIDATE) !== 0, (mark & CONTROL) !== 0);
      }
    }
    seen = look;
    const evidence = series.map(({ kind, looks }, index) => ({ kind, looks, pairs: look, tally: tallies[index]! }));
    const verdicts = judgeFields(evidence, plan.control);
    return verdicts.some(({ level }, index) => level === 'different' && !series[index]!.defect);
  });
}
