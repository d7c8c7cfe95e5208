/** Our comparison of bodies against JSON diff libraries: `npm run bench:diff`. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeMachine, seededRandom } from '../../support/index.ts';
import { CHANGES, type Change, SIZES, type Size } from './corpus.ts';
import { ENGINES, OURS } from './engines.ts';
import { type Cell, measureCells } from './measure.ts';
import { figures, markdownReport } from './report.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seed: { type: 'string', default: '1' },
    report: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const seed = Number(values.seed);

const random = seededRandom(seed);
const cells: Cell[] = [];
for (const size of Object.keys(SIZES) as Size[]) {
  for (const change of Object.keys(CHANGES) as Change[]) {
    cells.push(...measureCells(size, change, ENGINES, rounds, seed * 1000, random));
    process.stderr.write(`${size}, ${change}\n`);
  }
}
console.log(figures(cells));

if (values.report) {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  const peers = ENGINES.filter(({ name }) => name !== OURS).map(
    ({ name }) => `${name} ${manifest.devDependencies[name]}`,
  );
  const facts = { machine: describeMachine(), rounds, seed, day: new Date().toISOString().slice(0, 10), peers };
  await writeFile(new URL('REPORT.md', import.meta.url), markdownReport(cells, facts));
}
