import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { missingForPeer, startPeer } from '../clients/go-control-plane/peer.ts';
import type { ControlPlane } from './control-plane.ts';
import { startOurs } from './ours.ts';
import { remote } from './remote.ts';
import { failures, markdown, type Run, summary } from './report.ts';
import { runTable } from './run-table.ts';

const USAGE = `npm run conformance -- [options]

Runs the table against Shadowplane's own xDS server, or against another control plane:
  --address HOST:PORT     its xDS services
  --control URL           where its snapshots are set (test/conformance/README.md)
  --second-address, --second-control   a second instance, for row 33
  --peer                  against go-control-plane, which is built with Go
  --report                against both, and writes test/conformance/REPORT.md
  --row N                 this row alone; may be repeated

Exit codes: 0 every row passes, 1 one does not (--report: 0), 2 wrong usage.
`;

const REPORT = new URL('REPORT.md', import.meta.url);

const { values } = parseArgs({
  options: {
    address: { type: 'string' },
    control: { type: 'string' },
    'second-address': { type: 'string' },
    'second-control': { type: 'string' },
    peer: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    row: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if ((values.address === undefined) !== (values.control === undefined)) {
    process.stderr.write(USAGE);
    return 2;
  }
  if (values.report) return report();
  const run = values.address ? await runRemote(values.address) : values.peer ? await runPeer() : await runOurs();
  print(run);
  return run.outcomes.every(({ result }) => result !== 'fail') ? 0 : 1;
}

async function report(): Promise<number> {
  const missing = await missingForPeer();
  if (missing) {
    process.stderr.write(`The report compares with go-control-plane, but ${missing}.\n`);
    return 1;
  }
  const runs = [await runOurs(), await runPeer()];
  for (const run of runs) print(run);
  const versions =
    'go-control-plane v0.14.0 with Envoy API v1.40.0, its SnapshotCache for aggregated streams with `ads` set.';
  await writeFile(REPORT, markdown(runs, { command: 'npm run conformance -- --report', versions }));
  console.log(`\n${fileURLToPath(REPORT)}`);
  return 0;
}

async function runRemote(address: string): Promise<Run> {
  const { 'second-address': secondAddress, 'second-control': secondControl } = values;
  const second = secondAddress && secondControl ? remote(secondAddress, secondAddress, secondControl) : undefined;
  return runOn(remote(address, address, values.control!, second));
}

async function runOurs(): Promise<Run> {
  const ours = await startOurs();
  return runOn(ours).finally(() => ours.close());
}

async function runPeer(): Promise<Run> {
  const peer = await startPeer();
  return runOn(peer).finally(() => peer.close());
}

async function runOn(plane: ControlPlane): Promise<Run> {
  const rows = values.row?.map(Number);
  return { name: plane.name, outcomes: await runTable(plane, ({ row }) => rows?.includes(row) ?? true) };
}

function print(run: Run): void {
  console.log(summary(run));
  for (const line of failures(run)) console.log(line);
}

process.exitCode = await main();
