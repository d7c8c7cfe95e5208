import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ShadowplaneError } from '../../errors/index.ts';

/**
 * User-space instructions of the busiest thread of a process, counted by valgrind: the same on a busy machine as on a calm one,
 * and so the measure for small changes. What other threads do now and then, such as writing statistics, depends on how long
 * it all takes, and is left out. It knows nothing of caches, of the kernel, nor of how many instructions a processor does at once.
 */
export class InstructionCounter {
  private readonly pid: number;
  private readonly directory: string;

  /** @param pid Of a process that was started by `callgrind`, with the same directory. */
  constructor(pid: number, directory: string) {
    this.pid = pid;
    this.directory = directory;
  }

  /** Until then the process runs several times faster, and nothing is counted. */
  async begin(): Promise<void> {
    await this.control('--instr=on');
  }

  async reset(): Promise<void> {
    await this.control('--zero');
  }

  /** Since the last `reset`. */
  async read(): Promise<number> {
    const before = new Set(await this.dumps());
    await this.control('--dump');
    const deadline = performance.now() + DUMP_TIMEOUT_MS;
    for (;;) {
      const files = (await this.dumps()).filter((name) => !before.has(name));
      const totals = await Promise.all(
        files.map(async (name) => parseDump(await readFile(join(this.directory, name), 'utf8'))),
      );
      if (totals.length > 0 && !totals.includes(undefined)) return Math.max(...totals.map((total) => total!));
      if (performance.now() > deadline) throw new Error(`callgrind wrote no counts within ${DUMP_TIMEOUT_MS} ms`);
      await sleep(POLL_MS);
    }
  }

  private async dumps(): Promise<string[]> {
    return (await readdir(this.directory)).filter((name) => name.startsWith(OUT_FILE));
  }

  private async control(command: string): Promise<void> {
    await run('callgrind_control', [command, String(this.pid)]);
  }
}

const OUT_FILE = 'callgrind.out';
const DUMP_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

const run = promisify(execFile);

/** The command that runs another one and counts its instructions from `begin` on. */
export function callgrind(directory: string): string[] {
  return [
    'valgrind',
    '--tool=callgrind',
    '--separate-threads=yes',
    '--instr-atstart=no',
    `--callgrind-out-file=${join(directory, OUT_FILE)}`,
  ];
}

/** @returns undefined while the file is being written. */
export function parseDump(text: string): number | undefined {
  const total = /^(?:totals|summary): (\d+)\s*$/m.exec(text)?.[1];
  return total === undefined ? undefined : Number(total);
}

/** @throws ShadowplaneError USAGE saying how to install what is missing. */
export async function requireValgrind(): Promise<void> {
  try {
    await run('valgrind', ['--version']);
  } catch (cause) {
    const hint = 'install it with: apt-get install valgrind (Debian, Ubuntu; other systems: package valgrind)';
    throw new ShadowplaneError('USAGE', `valgrind is not on PATH; ${hint}`, { cause });
  }
}
