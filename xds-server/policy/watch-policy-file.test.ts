import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PolicyFileWatcher, watchPolicyFile } from './watch-policy-file.ts';

let directory: string;
let watcher: PolicyFileWatcher | undefined;
let texts: string[];
let errors: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-watch-'));
  texts = [];
  errors = [];
});

afterEach(() => {
  watcher?.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Polling is far off, so that what is seen is seen by events. */
async function start(file: string, options: { pollMs?: number; onText?: (text: string) => void } = {}): Promise<void> {
  watcher = watchPolicyFile(file, {
    pollMs: 3_600_000,
    onText: (text) => void texts.push(text),
    onError: (error) => void errors.push(String(error)),
    ...options,
  });
  await vi.waitFor(() => expect(texts.length + errors.length).toBe(1));
}

const seen = (text: string) => vi.waitFor(() => expect(texts.at(-1)).toBe(text), { interval: 5 });

describe('watchPolicyFile', () => {
  it('sees writing in place, renaming over, and removing and creating again', async () => {
    const file = join(directory, 'policy.yaml');
    writeFileSync(file, 'one');
    await start(file);
    writeFileSync(file, 'two');
    await seen('two');
    for (const text of ['three', 'four']) {
      writeFileSync(`${file}.tmp`, text);
      renameSync(`${file}.tmp`, file);
      await seen(text);
    }
    unlinkSync(file);
    await vi.waitFor(() => expect(errors).toEqual([expect.stringContaining('there is no such file')]));
    writeFileSync(file, 'five');
    await seen('five');
    expect(texts).toEqual(['one', 'two', 'three', 'four', 'five']);
  });

  it('sees a ConfigMap swap its link', async () => {
    const put = (version: string) => {
      mkdirSync(join(directory, version));
      writeFileSync(join(directory, version, 'policy.yaml'), version);
      symlinkSync(version, join(directory, '..data_tmp'));
      renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    put('..v1');
    symlinkSync('..data/policy.yaml', join(directory, 'policy.yaml'));
    await start(join(directory, 'policy.yaml'));
    put('..v2');
    await seen('..v2');
    put('..v3');
    rmSync(join(directory, '..v1'), { recursive: true });
    await seen('..v3');
  });

  it('sees a change behind a link to another directory', async () => {
    const target = join(directory, 'elsewhere');
    mkdirSync(target);
    writeFileSync(join(target, 'real.yaml'), 'one');
    symlinkSync(join(target, 'real.yaml'), join(directory, 'policy.yaml'));
    await start(join(directory, 'policy.yaml'));
    writeFileSync(join(target, 'new'), 'two');
    renameSync(join(target, 'new'), join(target, 'real.yaml'));
    await seen('two');
  });

  it('finds a change by polling where no event comes', async () => {
    const one = join(directory, 'a');
    const two = join(directory, 'b');
    for (const [index, releases] of [one, two].entries()) {
      mkdirSync(join(releases, 'deep'), { recursive: true });
      writeFileSync(join(releases, 'deep', 'policy.yaml'), `${index}`);
    }
    symlinkSync(one, join(directory, 'current'));
    await start(join(directory, 'current', 'deep', 'policy.yaml'), { pollMs: 10 });
    symlinkSync(two, join(directory, 'next'));
    renameSync(join(directory, 'next'), join(directory, 'current'));
    await seen('1');
  });

  it('reports what the receiver cannot use, each time, and goes on', async () => {
    const file = join(directory, 'policy.yaml');
    writeFileSync(file, 'good');
    const onText = (text: string) => {
      if (text.startsWith('bad')) throw new Error(text);
      texts.push(text);
    };
    await start(file, { onText });
    for (const [index, text] of ['bad 1', 'bad 2'].entries()) {
      writeFileSync(file, text);
      await vi.waitFor(() => expect(errors).toHaveLength(index + 1));
    }
    writeFileSync(file, 'good again');
    await seen('good again');
    expect(errors).toEqual(['Error: bad 1', 'Error: bad 2']);
  });
});
