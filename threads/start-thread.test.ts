import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { startThread } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'threads-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('runs TypeScript, each thread its own, with the data and arguments it was given', async () => {
  const threads = ['one', 'two'].map((name) => {
    const path = join(folder, `${name}.mts`);
    writeFileSync(
      path,
      `import { parentPort, workerData } from 'node:worker_threads';
       const name: string = '${name}';
       parentPort!.postMessage([name, workerData, process.argv.at(-1)]);`,
    );
    return startThread(pathToFileURL(path), { workerData: `data of ${name}`, argv: [`--${name}`] });
  });
  const messages = await Promise.all(threads.map((thread) => once(thread, 'message')));
  expect(messages).toEqual([[['one', 'data of one', '--one']], [['two', 'data of two', '--two']]]);
});
