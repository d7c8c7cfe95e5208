import { type Style, styleFor } from './output/style.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** What a command may touch of the outside world; tests hand in their own. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** For standard output. */
  readonly style: Style;
  /** Columns of the terminal, 80 where there is none. */
  readonly width: number;
  /** Writes lines to standard output. */
  print(...lines: readonly string[]): void;
  printJson(value: unknown): void;
  /** Writes a line to standard error: progress and hints, never results. */
  note(line: string): void;
}

export function createContext(): Context {
  const { env, stdout, stderr } = process;
  for (const stream of [stdout, stderr]) stream.on('error', endWhenNobodyReads);
  return {
    env,
    stdout,
    stderr,
    style: styleFor(stdout, env),
    width: stdout.columns ?? 80,
    print: (...lines) => void stdout.write(lines.map((line) => `${line}\n`).join('')),
    printJson: (value) => void stdout.write(`${JSON.stringify(value, undefined, 2)}\n`),
    note: (line) => void stderr.write(`${line}\n`),
  };
}

let nobodyReads = false;

/** The reader of a pipe has gone (`shadowplane get | head`): what runs for long stops cleanly, the rest just ends. */
function endWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  if (nobodyReads) return;
  nobodyReads = true;
  if (!process.emit('SIGTERM')) process.exit(0);
}
