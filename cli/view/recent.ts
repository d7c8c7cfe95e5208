import { printable, type Style } from '../output/style.ts';
import type { MirrorItem } from './mirror-item.ts';

/** A request as Envoy's access log has it; `mirror` and `reason` only when copies were sent. */
export interface AccessLogEntry {
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

/** `POST   /api/orders          201  employees 100%   -> order-v2 + order-v1-twin`: what, why, to whom; fits 80 columns. */
export function recentLine(entry: AccessLogEntry, mirrors: readonly MirrorItem[], style: Style): string {
  const mirror = mirrors.find(({ name }) => name === entry.mirror);
  const receivers = mirror ? [mirror.shadow, ...(mirror.control ? [mirror.control] : [])].join(' + ') : '?';
  const share = entry.segment === undefined ? mirror?.sample : mirror?.segments?.[entry.segment];
  const why = printable([entry.segment ?? 'sample', ...(share === undefined ? [] : [share])].join(' '));
  const path = shorten(printable(entry.path ?? ''), 20);
  const request = `${printable(entry.method ?? '').padEnd(6)} ${path.padEnd(20)} ${entry.status ?? '  -'}`;
  return `${request}  ${style.cyan(why.padEnd(15))} ${style.dim('->')} ${receivers}`;
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}\u2026` : text;
}
