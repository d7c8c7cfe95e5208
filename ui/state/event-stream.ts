import { readEvents } from './event-text.ts';

/** Three of the server's heartbeats. */
const SILENT_AFTER_MS = 45_000;

export interface EventStreamOptions {
  readonly headers: Record<string, string>;
  /** Told the status before anything is read. */
  readonly onStatus: (status: number) => void;
  readonly onEvent: (name: string) => void;
  readonly silentAfterMs?: number;
}

/**
 * Reads server-sent events until their stream ends, or nothing has come for longer than heartbeats take: a laptop that slept, or
 * a proxy that has lost the other side, leaves a connection that looks like one on which nothing happens.
 */
export async function readEventStream({
  headers,
  onStatus,
  onEvent,
  silentAfterMs = SILENT_AFTER_MS,
}: EventStreamOptions): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silentAfterMs);
  try {
    const response = await fetch('/api/v1/events', { headers, signal: silence.signal });
    onStatus(response.status);
    if (!response.ok || !response.body) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silentAfterMs);
      const { names, rest } = readEvents(text + part.value);
      text = rest;
      names.forEach(onEvent);
    }
  } finally {
    clearTimeout(timer);
    // Also where it was refused with a body that nobody reads.
    silence.abort();
  }
}
