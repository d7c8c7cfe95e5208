import { printable, type Style } from '../output/style.ts';
import type { MirrorItem } from './mirror-item.ts';

/** A request as Envoy's access log has it; `mirror` and `reason` only when copies were sent. */
export interface AccessLogEntry {
  readonly time?: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly mirror?: string;
  readonly reason?: string;
  readonly segment?: string;
}

/** Reads a line of the access log; undefined when it is none, or when the request was not mirrored. */
export function readMirrored(line: string): AccessLogEntry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as AccessLogEntry;
    return typeof entry.mirror === 'string' && typeof entry.method === 'string' ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** `12:03:04 POST /api/orders 201  -> order-v2 + order-v1-twin  segment employees, 100%` */
export function recentLine(entry: AccessLogEntry, mirrors: readonly MirrorItem[], style: Style): string {
  const mirror = mirrors.find(({ name }) => name === entry.mirror);
  const receivers = mirror ? [mirror.shadow, ...(mirror.control ? [mirror.control] : [])].join(' + ') : '?';
  const share = entry.segment === undefined ? mirror?.sample : mirror?.segments?.[entry.segment];
  const reason = entry.segment === undefined ? 'sample' : `segment ${entry.segment}`;
  const why = [printable(reason), ...(share === undefined ? [] : [share])].join(', ');
  const path = shorten(printable(entry.path ?? ''), 24);
  const request = `${(entry.method ?? '').padEnd(6)} ${path.padEnd(24)} ${entry.status ?? '-'}`;
  return `${style.dim(timeOfDay(entry.time))} ${request} ${style.dim('->')} ${style.cyan(receivers)}  ${style.dim(why)}`;
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}\u2026` : text;
}

function timeOfDay(time: string | undefined): string {
  return /T(\d{2}:\d{2}:\d{2})/.exec(time ?? '')?.[1] ?? '--:--:--';
}
