import { expect, it } from 'vitest';
import { emptyTally, type Tally } from '../judge/index.ts';
import { cell, epoch, field } from '../report/testing.ts';
import { addEpochs } from './add-epochs.ts';

const of = (counts: Partial<Tally>) => epoch([cell(1_000, [field('/a', counts)])]);
const added = (before: Partial<Tally>, since: Partial<Tally>) =>
  addEpochs(of(before), of(since)).cells[0]!.fields[0]!.counts;

it('adds up what two processes have counted', () => {
  const before = { candidateOnly: 3, controlOnly: 1, both: 2 };
  expect(added(before, { candidateOnly: 4, both: 5 })).toMatchObject({
    candidateOnly: 7,
    controlOnly: 1,
    both: 7,
    candidateSpells: 7,
    controlSpells: 1,
  });
});

it('knows the stretch of the last difference only where one process alone has counted any', () => {
  const [early, late] = [
    { candidateOnly: 3, lastStretch: 5 },
    { candidateOnly: 2, lastStretch: 40 },
  ];
  expect(added(early, { both: 1 }).lastStretch).toBe(5);
  expect(added({ both: 1 }, late).lastStretch).toBe(40);
  // Thirty spells before a restart do not become one because the next process has just begun.
  expect(added(late, early).lastStretch).toBe(emptyTally().lastStretch);
});
