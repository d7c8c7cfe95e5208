import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** Absent when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunProgramOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly timeoutMs: number;
  /** Called with each complete line of standard output, as it comes. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Hands the program our standard error as its standard output, so that it can draw a progress bar on a terminal. */
  readonly drawOnTerminal?: boolean | undefined;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a short-lived program to its end, never through a shell, and never leaves it behind: it is killed at the timeout,
 * and when a signal ends this process. Rejects only when the program cannot be started at all (not found, not executable).
 */
export function runProgram(file: string, args: readonly string[], options: RunProgramOptions): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: options.env ?? process.env,
      stdio: ['ignore', options.drawOnTerminal ? 2 : 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    let unfinishedLine = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const lines = (unfinishedLine + text).split(/\r?\n|\r/);
      unfinishedLine = lines.pop() ?? '';
      if (options.onLine) for (const line of lines) if (line.trim() !== '') options.onLine(line);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const onSignal = (signal: NodeJS.Signals) => {
      child.kill('SIGKILL');
      release();
      // With nobody else listening the signal does now what it would have done without us.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    };
    const release = () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
    child.on('error', (error) => {
      release();
      reject(error);
    });
    child.on('close', (code) => {
      release();
      resolve({ exitCode: code ?? undefined, stdout, stderr });
    });
  });
}
