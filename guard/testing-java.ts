import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const HERE = join(import.meta.dirname, 'java');
const REPORTS = join(HERE, 'target', 'surefire-reports');
const run = promisify(execFile);

export interface JavaReport {
  readonly ran: number;
  readonly skipped: number;
}

/** Runs its tests by Maven, which fetches what it has not yet; gives their report, fails with it, or says why it cannot. */
export async function runMaven(environment: NodeJS.ProcessEnv): Promise<JavaReport | { readonly missing: string }> {
  for (const [program, option] of [
    ['javac', '-version'],
    ['mvn', '--version'],
  ] as const) {
    const missing = await run(program, [option]).then(
      () => undefined,
      (error: Error) => error.message.split('\n', 1)[0]!,
    );
    if (missing) return { missing };
  }
  rmSync(REPORTS, { recursive: true, force: true });
  try {
    await run('mvn', ['-q', '-B', 'test'], { cwd: HERE, env: environment, timeout: 300_000 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    const unreachable = /Could not (?:resolve|transfer|find artifact).*/.exec(stdout);
    if (unreachable) return { missing: unreachable[0].slice(0, 500) };
    throw new Error(`${stdout}\n${stderr}`);
  }
  return report();
}

function report(): JavaReport {
  const counts = readdirSync(REPORTS)
    .filter((file) => file.endsWith('.txt'))
    .map((file) => /Tests run: (\d+).*Skipped: (\d+)/.exec(readFileSync(join(REPORTS, file), 'utf8')));
  const sum = (group: number) => counts.reduce((total, count) => total + Number(count?.[group] ?? 0), 0);
  return { ran: sum(1), skipped: sum(2) };
}
