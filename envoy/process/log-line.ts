/** Envoy's own log as data: parsing, what is noise, and how repeated lines are told once. */

type EnvoyLogLevel = 'trace' | 'debug' | 'info' | 'warning' | 'error' | 'critical';

export interface EnvoyLogLine {
  readonly level: EnvoyLogLevel;
  /** Envoy's logger: `config`, `wasm`, `upstream`. Empty for output that is no log line. */
  readonly logger: string;
  readonly message: string;
}

/** Handed to Envoy as `--log-format`; `%j` is the message escaped for JSON, so a line is always one message. */
export const LOG_FORMAT = '{"level":"%l","logger":"%n","message":"%j"}';

const LEVELS: readonly string[] = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

/** Reads a line in LOG_FORMAT. Anything else (a crash report, a library's own output) is passed on as an error. */
export function parseLogLine(line: string): EnvoyLogLine {
  if (line.startsWith('{"level":"')) {
    try {
      const { level, logger, message } = JSON.parse(line) as EnvoyLogLine;
      if (LEVELS.includes(level)) return { level, logger, message: message.trim() };
    } catch {}
  }
  return { level: 'error', logger: '', message: line.trimEnd() };
}

/**
 * Lines that every start of a healthy Envoy prints and that ask nothing of the reader. Anchored at the start and matched
 * with the logger, so that nothing else hides behind them.
 */
const HARMLESS: ReadonlyArray<readonly [logger: string, start: string]> = [
  ['main', 'There is no configured limit to the number of allowed active downstream connections.'],
  ['main', 'caught ENVOY_SIGTERM'],
  ['main', 'caught SIGTERM'],
];

export function isHarmless(line: EnvoyLogLine): boolean {
  return HARMLESS.some(([logger, start]) => line.logger === logger && line.message.startsWith(start));
}

const QUIET_MS = 10_000;
const MAX_REMEMBERED = 500;

/**
 * Lets a message through once per 10 seconds. The next one after that says how often it was held back meanwhile. Numbers
 * are ignored when comparing, because ports, stream ids and durations differ between repetitions of the same trouble.
 */
export function createRepeatFilter(nowMs: () => number): (line: EnvoyLogLine) => EnvoyLogLine | undefined {
  const seen = new Map<string, { shownAtMs: number; heldBack: number }>();
  return (line) => {
    const key = `${line.logger} ${line.message.replace(/\d+/g, '#')}`;
    const now = nowMs();
    const before = seen.get(key);
    if (before && now - before.shownAtMs < QUIET_MS) {
      before.heldBack++;
      return undefined;
    }
    if (seen.size >= MAX_REMEMBERED) seen.clear();
    seen.set(key, { shownAtMs: now, heldBack: 0 });
    if (!before?.heldBack) return line;
    return { ...line, message: `${line.message} (and ${before.heldBack} more like this)` };
  };
}
