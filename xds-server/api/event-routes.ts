import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { PolicyStore } from '../policy/index.ts';
import type { EnvoyStatusSource } from './envoy-status.ts';

/** Proxies and browsers cut silent connections; a comment now and then keeps them. */
const HEARTBEAT_MS = 15_000;
/** A reader this far behind is cut, so that it cannot fill our memory. */
const MAX_BEHIND_BYTES = 256 * 1024;

/** Where further events come from, whoever knows of them. */
export interface EventSource {
  /** Calls back with the name of each event and its data; returns the function that ends it. */
  onEvent(listener: (event: string, data: unknown) => void): () => void;
}

/**
 * Server-sent events: `current` once at the start, then `revision` for each change of the policy and `envoy` for each
 * connection, acknowledgement and rejection, and those of further sources. Nothing is replayed; after a gap `current` says where things stand.
 */
export function addEventRoutes(
  app: FastifyInstance,
  store: PolicyStore,
  envoys: EnvoyStatusSource,
  more: readonly EventSource[] = [],
): void {
  const readers = new Set<ServerResponse>();

  const send = (reader: ServerResponse, text: string): void => {
    if (reader.writableLength > MAX_BEHIND_BYTES) reader.destroy();
    else reader.write(text);
  };
  const broadcast = (event: string, data: unknown): void => {
    const text = format(event, data);
    for (const reader of readers) send(reader, text);
  };

  const stops = [
    store.onChange(({ revision, actor, at, changed }) => broadcast('revision', { revision, actor, at, changed })),
    envoys.onEvent((event) => broadcast('envoy', event)),
    ...more.map((source) => source.onEvent(broadcast)),
  ];
  const heartbeat = setInterval(() => {
    for (const reader of readers) send(reader, ':\n\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();

  // Open streams would otherwise hold the server's close for ever.
  app.addHook('preClose', (done) => {
    clearInterval(heartbeat);
    for (const stop of stops) stop();
    for (const reader of readers) reader.end();
    done();
  });

  app.get('/events', (_, reply) => {
    reply.hijack();
    const reader = reply.raw;
    reader.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    readers.add(reader);
    reader.on('close', () => readers.delete(reader));
    reader.on('error', () => readers.delete(reader));
    const { revision, actor, at, changed } = store.current;
    reader.write(`retry: 1000\n${format('current', { revision, actor, at, changed })}`);
  });
}

function format(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
