/** A run as JSON text and back: histograms of its baseline are maps, which JSON does not know. */
import type { Run } from './run.ts';

const MAP = '$map';

export function encodeRun(run: Run): string {
  return JSON.stringify(run, (_, value) => (value instanceof Map ? { [MAP]: [...value] } : value));
}

export function decodeRun(text: string): Run {
  return JSON.parse(text, (_, value) => (isMap(value) ? new Map(value[MAP]) : value));
}

function isMap(value: unknown): value is { [MAP]: Array<[unknown, unknown]> } {
  return typeof value === 'object' && value !== null && MAP in value;
}
