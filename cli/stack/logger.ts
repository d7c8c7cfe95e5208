import type { Logger } from 'pino';
import type { LogLevel } from '../context.ts';
import { printable, type Style } from '../output/style.ts';

const NAMES: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
/** Fields that pino writes itself. */
const OWN = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'name', 'err']);

/** The control plane's log, either as JSON lines for machines or as text for people. */
export async function createLogger(
  level: LogLevel,
  format: 'json' | 'text',
  write: (line: string) => void,
  style: Style,
): Promise<Logger> {
  const { pino } = await import('pino');
  const toLine = format === 'json' ? (line: string) => line.trimEnd() : (line: string) => logText(line, style);
  return pino({ level, base: null }, { write: (line: string) => write(toLine(line)) });
}

/** `warn  xds: Envoy rejected the change (node edge-1, type RDS)` */
export function logText(json: string, style: Style): string {
  const record = JSON.parse(json) as { level: number; msg?: string; err?: { message?: string; stack?: string } };
  const name = NAMES[record.level] ?? 'info';
  const fields = Object.entries(record)
    .filter(([key]) => !OWN.has(key))
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const error = record.err?.message ? `: ${record.err.message}` : '';
  const rest = fields.length > 0 ? style.dim(` (${printable(fields.join(', '))})`) : '';
  const colour = record.level >= 50 ? style.red : record.level >= 40 ? style.yellow : style.dim;
  return `${colour(name)} ${printable(`${record.msg ?? ''}${error}`)}${rest}`;
}
