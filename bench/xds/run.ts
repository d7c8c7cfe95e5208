/** One update to many delta streams, next to go-control-plane: `npm run bench:xds`. Ends everything it started. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../support/index.ts';
import { measure, type Result } from './measure.ts';
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
    for (const streams of values.streams.split(',').map(Number)) {
      for (const routes of values.routes.split(',').map(Number)) {
        process.stderr.write(`${streams} streams, ${routes} routes\n`);
        results.push(...(await measure(programs, { streams, routes }, rounds)));
      }
    }
    console.log([figures(results), ratios(results), verdict(results)].join('\n\n'));
    if (!values.report) return;
    await writeFile(new URL('REPORT.md', import.meta.url), markdownReport(results, describeMachine(), rounds));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
