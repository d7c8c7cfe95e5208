/** One update to many delta streams, next to go-control-plane: `npm run bench:xds`. Ends everything it started. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../support/index.ts';
import { measure, type Result, type Size } from './measure.ts';
import { figures, markdownReport, ratios, verdict } from './report.ts';
import { serverPrograms } from './servers.ts';

const HELP = `npm run bench:xds -- [--streams 1,100,1000] [--routes 10,1000] [--rounds 20] [--report]`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      streams: { type: 'string', default: '1,100,1000' },
      routes: { type: 'string', default: '10,1000' },
      rounds: { type: 'string', default: '20' },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const rounds = Number(values.rounds);
  const folder = mkdtempSync(join(tmpdir(), 'bench-xds-'));
  try {
    const programs = serverPrograms(folder);
    const results: Result[] = [];
    for (const size of sizes(numbers(values.streams), numbers(values.routes))) {
      process.stderr.write(`${size.streams} streams, ${size.routes} routes, ${size.changed} changed\n`);
      results.push(...(await measure(programs, size, rounds)));
    }
    console.log([figures(results), ratios(results), verdict(results)].join('\n\n'));
    if (!values.report) return;
    await writeFile(new URL('REPORT.md', import.meta.url), markdownReport(results, describeMachine(), rounds));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const numbers = (text: string) => text.split(',').map(Number);

/** One changed route is what usually happens. That all have changed is measured once, at the largest size. */
function sizes(streams: readonly number[], routes: readonly number[]): Size[] {
  const usual = streams.flatMap((count) => routes.map((of): Size => ({ streams: count, routes: of, changed: 'one' })));
  return [...usual, { streams: Math.max(...streams), routes: Math.max(...routes), changed: 'all' }];
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
