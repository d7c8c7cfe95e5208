/** Simulates rollouts of good and bad candidates: `npm run bench:rollout`. No service, no network, no clock. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ShadowplaneError } from '../../errors/index.ts';
import { seededRandom } from '../support/index.ts';
import { markdownReport, type WorldOutcomes } from './report.ts';
import { type FlaggerRules, flaggersWay, ourWay } from './simulate.ts';
import { WORLDS, type World } from './worlds.ts';

const HELP = `npm run bench:rollout -- [--seed N] [--good COUNT] [--bad COUNT] [--report]
  --seed N      first seed (default 1); each rollout has one of its own
  --good COUNT  rollouts of each candidate that is within all bounds (default 400)
  --bad COUNT   rollouts of each that is not (default 100)
  --report      write REPORT.md`;

/** The limits of the examples in Flagger's documentation. */
const EXAMPLE: FlaggerRules = { leastSuccessRate: 0.99, mostP99Ms: 500 };

/** Those that our gates have, as fixed limits that somebody chose who knew the primary's figures exactly. */
function sameBounds({ primary }: World): FlaggerRules {
  const p99Ms = primary.medianMs * Math.exp(primary.sigma * 2.326_347_9);
  return { leastSuccessRate: 1 - primary.errors - 0.002, mostP99Ms: p99Ms * 1.1 };
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      good: { type: 'string', default: '400' },
      bad: { type: 'string', default: '100' },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const [seed, good, bad] = [values.seed, values.good, values.bad].map(positive) as [number, number, number];
  const all = WORLDS.map((world) => simulated(world, seed, world.isBad ? bad : good));
  const command = ['npm run bench:rollout --', ...args].join(' ');
  const report = markdownReport(all, { command, day: new Date().toISOString().slice(0, 10) });
  console.log(report);
  if (values.report) await writeFile(new URL('REPORT.md', import.meta.url), report);
}

function simulated(world: World, seed: number, count: number): WorldOutcomes {
  const startedAt = performance.now();
  const seeds = Array.from({ length: count }, (_, index) => seed + index);
  const ways = new Map([
    ['ours', seeds.map((one) => ourWay(world, seededRandom(one)))],
    ['Flagger, its examples', seeds.map((one) => flaggersWay(world, EXAMPLE, seededRandom(one)))],
    ['Flagger, our bounds', seeds.map((one) => flaggersWay(world, sameBounds(world), seededRandom(one)))],
  ]);
  process.stderr.write(
    `${world.name}: ${count} rollouts in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s\n`,
  );
  return { world, ways };
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ShadowplaneError('USAGE', `${text} is not a positive whole number`);
  }
  return value;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof ShadowplaneError ? error.message : error instanceof Error ? error.stack : error}\n`,
  );
  process.exitCode = error instanceof ShadowplaneError ? 2 : 1;
});
