/** Runs a program to its end and answers its standard output. */
import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

const TAIL_CHARACTERS = 4000;

/** @throws Error with the end of what the program has written, when it exits with anything but 0. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, input = '' }: RunOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { cwd, ...(env && { env }), stdio: 'pipe' });
    let stdout = '';
    let tail = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      tail = (tail + text).slice(-TAIL_CHARACTERS);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-TAIL_CHARACTERS);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${tail}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
