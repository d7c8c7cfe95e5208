/** The report of test/conformance says of go-control-plane what the table finds now. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cells, runTable, TABLE } from '../../conformance/index.ts';
import { missingForPeer, type Peer, startPeer } from './peer.ts';

const missing = await missingForPeer();
if (missing) console.log(`skipped: go-control-plane is not asked, ${missing}`);

let peer: Peer | undefined;
beforeAll(async () => {
  if (!missing) peer = await startPeer();
}, 600_000);
afterAll(() => peer?.close());

it.skipIf(missing)('its rows are those of the report', async () => {
  const report = await readFile(new URL('../../conformance/REPORT.md', import.meta.url), 'utf8');
  const outcomes = await runTable(peer!, ({ alone }) => !alone);
  const run = { name: peer!.name, outcomes };
  const asked = TABLE.flatMap((row) => ('run' in row && !row.alone ? [row] : []));
  const reported = (row: number) => report.split('\n').find((line) => line.startsWith(`| ${row} |`));
  const differing = asked.filter((row) => !reported(row.row)?.endsWith(`| ${cells(row, run)} |`));
  expect(
    differing.map(({ row }) => `${row}: now ${outcomes.filter((each) => each.row === row).map(({ why }) => why)}`),
  ).toEqual([]);
});
