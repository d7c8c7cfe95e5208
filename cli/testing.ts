import type { Context } from './context.ts';
import { PLAIN } from './output/style.ts';
import { run } from './program.ts';

/** Runs a command line in this process, in the folder of the checkout. */
export async function runInTest(...argv: readonly string[]) {
  const { context, out, err } = contextForTest();
  return { code: await run(argv, context), out: out.join(''), err: err.join('') };
}

/** A context with neither colours nor terminal, and what is written to it. */
export function contextForTest() {
  const out: string[] = [];
  const err: string[] = [];
  const into = (lines: string[]) => ({ write: (text: string) => lines.push(text) }) as unknown as NodeJS.WriteStream;
  const context: Context = {
    env: {},
    stdout: into(out),
    stderr: into(err),
    style: PLAIN,
    width: 80,
    print: (...lines) => void out.push(...lines.map((line) => `${line}\n`)),
    printJson: (value) => void out.push(JSON.stringify(value)),
    note: (line) => void err.push(`${line}\n`),
  };
  return { context, out, err };
}
