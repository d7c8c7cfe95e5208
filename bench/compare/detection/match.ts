/**
 * Our recall where our threshold is set to give no more false alarms than a rival has: cell by cell, with what chance makes
 * of the difference. Behind is where the whole interval of the paired difference is below 0, be it in a cell, in all sizes of
 * a defect rate, in all rates of a size, or in everything together. The plain counts stand beside it.
 */
import type { Interval } from '../../../compare/judge/index.ts';
import { table } from '../../support/index.ts';
import {
  atAlarms,
  type Count,
  DIFFY,
  falseAlarms,
  type Lead,
  leadInterval,
  leads,
  MCNEMAR,
  type Method,
  recall,
} from './figures.ts';
import { DEFECT_RATES, PAIRS } from './parameters.ts';
import type { ScoredCorpus } from './score.ts';
import { met, number, percent, ratePercent, right } from './words.ts';

export interface Match {
  readonly pairs: number;
  readonly rate: number;
  readonly rival: Method;
  readonly alarms: Count;
  readonly theirs: Count;
  readonly ours: Count;
  readonly leads: readonly Lead[];
}

export function matches(corpora: readonly ScoredCorpus[], control: boolean): Match[] {
  return PAIRS.flatMap((pairs) => {
    const all = corpora.filter(({ plan }) => plan.control === control && plan.pairs === pairs);
    return [DIFFY, MCNEMAR].flatMap((rival) => {
      const alarms = falseAlarms(all, rival.flags);
      const ours = atAlarms(all, alarms.hits);
      return DEFECT_RATES.map((rate) => {
        const cell = all.filter(({ plan }) => plan.defectRate === rate);
        return {
          pairs,
          rate,
          rival,
          alarms,
          theirs: recall(cell, rival.flags),
          ours: recall(cell, ours),
          leads: leads(cell, ours, rival.flags),
        };
      });
    });
  });
}

/** Of all defects of these cells. */
function together(cells: readonly Match[]): Interval {
  return leadInterval(cells.flatMap((cell) => cell.leads));
}

interface Group {
  readonly name: string;
  readonly cells: readonly Match[];
}

/** Everything of which it is asked whether we are behind. */
function groups(cells: readonly Match[]): Group[] {
  return [
    ...cells.map((cell) => ({ name: `${number(cell.pairs)} pairs and ${ratePercent(cell.rate)}`, cells: [cell] })),
    ...PAIRS.map((pairs) => ({
      name: `${number(pairs)} pairs`,
      cells: cells.filter((cell) => cell.pairs === pairs),
    })),
    ...DEFECT_RATES.map((rate) => ({
      name: ratePercent(rate),
      cells: cells.filter((cell) => cell.rate === rate),
    })),
    { name: 'all cells', cells },
  ];
}

export function matchGoals(corpora: readonly ScoredCorpus[], control: boolean): string[] {
  const all = matches(corpora, control);
  return [DIFFY, MCNEMAR].map((rival) => {
    const cells = all.filter((match) => match.rival === rival && match.ours.of > 0);
    const behind = groups(cells).filter((group) => together(group.cells).high < 0);
    const short = cells.filter(({ ours, theirs }) => ours.hits < theirs.hits);
    const most = short.map(({ ours, theirs }) => theirs.hits - ours.hits);
    const elsewhere =
      short.length > 0
        ? `, elsewhere less by at most ${Math.max(...most)} of about ${Math.round(short[0]!.ours.of / 10) * 10} defects`
        : '';
    const lead = cells.reduce((sum, { ours, theirs }) => sum + ours.hits - theirs.hits, 0);
    const beyondChance =
      behind.length === 0 ? 'nowhere behind beyond chance' : `behind at ${behind.map(({ name }) => name).join('; ')}`;
    return [
      `${met(behind.length === 0)}: ${control ? 'with a control' : 'without'}, recall at the false alarms of ${rival.name}: ${beyondChance};`,
      `at least as high in ${cells.length - short.length} of ${cells.length} cells${elsewhere};`,
      `all cells together: ${lead} defects more, ${range(together(cells))}`,
    ].join(' ');
  });
}

export function matchTable(results: readonly Match[]): string {
  const rows = PAIRS.flatMap((pairs) =>
    DEFECT_RATES.flatMap((rate) => {
      const own = results.filter((one) => one.pairs === pairs && one.rate === rate && one.ours.of > 0);
      if (own.length === 0) return [];
      const cells = own.flatMap((match) => {
        return [percent(match.alarms), percent(match.theirs), percent(match.ours), difference(match)];
      });
      return [[number(pairs), ratePercent(rate), ...cells]];
    }),
  );
  const names = (rival: string, name: string) => [`alarms of ${rival}`, name, 'ours', 'defects more'];
  return table(right('pairs', 'rate', ...names('Diffy', 'Diffy'), ...names('McNemar', 'McNemar + BH')), rows);
}

function difference(match: Match): string {
  const lead = match.ours.hits - match.theirs.hits;
  return `${lead} of ${match.ours.of}, ${range(together([match]))}`;
}

function range({ low, high }: Interval): string {
  return `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}%`;
}
