import { ShadowplaneError } from '../../errors/index.ts';
import type { Style } from './style.ts';

export interface FailureText {
  readonly text: string;
  readonly exitCode: number;
}

export interface FailureOptions {
  readonly style: Style;
  /** Show stack traces and causes. */
  readonly debug: boolean;
  /** The file that problems with a position are in. */
  readonly filename?: string | undefined;
}

/**
 * What a user sees when a command fails: each problem of a configuration as `file:line:col path: message`, which editors
 * and terminals make clickable; anything else as one `error:` line. Stack traces only for debugging, except for errors
 * that are none of ours, which ask to be reported.
 */
export function failureText(error: unknown, options: FailureOptions): FailureText {
  const { style, debug } = options;
  const trace = debug && error instanceof Error ? [style.dim(describeWithCauses(error))] : [];
  if (error instanceof ShadowplaneError) {
    const located = error.problems.map((problem) => problemLine(problem, options.filename));
    const lines = located.length > 0 ? located : error.message.split('\n');
    const [first = '', ...rest] = lines;
    const text = located.length > 0 ? located : [`${style.red('error:')} ${first}`, ...rest];
    return { text: [...text, ...trace].join('\n'), exitCode: error.exitCode };
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = debug
    ? []
    : [style.dim('This is unexpected. Run again with --log-level debug to see where it came from.')];
  return { text: [`${style.red('error:')} ${message}`, ...hint, ...trace].join('\n'), exitCode: 1 };
}

function problemLine(
  { path, message, line, column }: ShadowplaneError['problems'][number],
  filename: string | undefined,
): string {
  const position = line === undefined ? '' : `:${line}:${column ?? 1}`;
  const place = filename === undefined ? position.slice(1) : `${filename}${position}`;
  return [place, path === '' ? '' : `${path}:`, message].filter((part) => part !== '').join(' ');
}

function describeWithCauses(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${describeWithCauses(error.cause)}` : own;
}

/** The same as one JSON object for `--json`, on standard error: `{"error":{"code":...,"message":...,"errors":[...]}}`. */
export function failureJson(error: unknown): string {
  const code = error instanceof ShadowplaneError ? error.code : 'UNEXPECTED';
  const message = error instanceof Error ? error.message : String(error);
  const problems = error instanceof ShadowplaneError && error.problems.length > 0 ? { errors: error.problems } : {};
  return JSON.stringify({ error: { code, message, ...problems } });
}
