/** `npm run faults`: the whole table on a real Envoy. Exit code 1 when a row fails. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeMachine } from '../../bench/support/index.ts';
import { Cleanup, startCollector, trapFilter } from '../support/index.ts';
import { HEALTHY, startNative, startServicesApart, startShadowplane } from './environment.ts';
import { markdownReport, progressLine } from './report.ts';
import { breakCollector, COMPARISON_FAULTS, type Row, type RowResult, runRow, trapping } from './rows.ts';
import { FAULTS } from './table.ts';
import { AMONG_ABORTS, EVENT_STREAMS, SMALL, TRAFFIC, type Traffic } from './traffic.ts';

const USAGE = 'npm run faults -- [--minutes 11] [--rows REGULAR_EXPRESSION] [--report]';
/** What all rows take with the numbers of requests as they stand in traffic.ts. */
const WHOLE_MINUTES = 11;
const LEAST_REQUESTS = 4;

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: String(WHOLE_MINUTES) },
      rows: { type: 'string', default: '' },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const share = Number(values.minutes) / WHOLE_MINUTES;
  if (!(share > 0)) throw new Error(`--minutes ${values.minutes}: it must be a number above 0\n${USAGE}`);
  const wanted = new RegExp(values.rows, 'i');
  const startedMs = performance.now();
  const results: RowResult[] = [];
  const run = async (row: Omit<Row, 'requests'> & { readonly requests?: number }) => {
    if (!wanted.test(`${row.fault}, ${row.traffic.name}`)) return;
    const fixed = row.requests ?? (row.fault.endsWith('100 MB') ? row.traffic.requestsIfHuge : row.traffic.requests);
    const result = await runRow({ ...row, requests: Math.max(LEAST_REQUESTS, Math.round(fixed * share)) });
    results.push(result);
    console.log(progressLine(result));
  };

  const cleanup = new Cleanup();
  let envoyVersion = '';
  try {
    const { addresses } = cleanup.add(await startServicesApart());
    const native = cleanup.add(await startNative(addresses));
    {
      const stack = cleanup.add(await startShadowplane(addresses, { controlPlaneProcess: true }));
      ({ envoyVersion } = stack);
      for (const traffic of TRAFFIC) {
        for (const fault of FAULTS) await run({ fault, traffic, arm: fault, stack, native });
      }
      for (const traffic of [EVENT_STREAMS, AMONG_ABORTS]) {
        await run({ fault: 'none', traffic, arm: HEALTHY, stack, native });
      }
      await stack.killControlPlane();
      await run({ fault: 'control plane dead', traffic: SMALL, arm: HEALTHY, stack });
    }
    const collector = await startCollector();
    const captured = await startShadowplane(addresses, { captureAddress: collector.address });
    for (const how of COMPARISON_FAULTS) {
      await breakCollector(collector, how);
      for (const traffic of [SMALL, TRAFFIC[1]!]) {
        await run({ fault: `comparison layer ${how}`, traffic, arm: HEALTHY, stack: captured });
      }
    }
    await captured.close();
    const stack = cleanup.add(await startShadowplane(addresses, { filterWasm: await trapFilter() }));
    const trap = (role: 'primary' | 'shadow', mayFail: number, traffic: Traffic) =>
      run({ fault: `filter traps, ${role} side`, traffic, arm: HEALTHY, stack, mayFail });
    await trap('shadow', 0, trapping('shadow', 100));
    // Each worker's machine dies once and is made anew within seconds; each death takes along what is in flight in it.
    await trap('primary', 2 * SMALL.clients, trapping('primary', 1_000));
  } finally {
    await cleanup.run();
  }
  const failed = results.filter(({ judgement }) => judgement === 'FAIL').length;
  const minutes = (performance.now() - startedMs) / 60_000;
  console.log(`\n${results.length} rows in ${minutes.toFixed(1)} minutes, ${failed} fail`);
  if (failed > 0) process.exitCode = 1;
  if (!values.report) return;
  const facts = { machine: describeMachine(), envoyVersion, day: new Date().toISOString().slice(0, 10), minutes };
  await writeFile(new URL('REPORT.md', import.meta.url), markdownReport(results, facts));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
