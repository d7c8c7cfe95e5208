/**
 * What the control plane tells by server-sent events, as counters that grow: whoever shows something reads the counter it
 * depends on. After a gap every counter grows, because nothing is replayed.
 */
import { signal } from '@preact/signals';

export type Topic = 'comparison' | 'rules' | 'policy' | 'envoys';

export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');

const counters = {
  comparison: signal(0),
  rules: signal(0),
  policy: signal(0),
  envoys: signal(0),
} satisfies Record<Topic, unknown>;

/** Grows when something of this topic has happened; reading it subscribes. */
export function happened(topics: readonly Topic[]): number {
  return topics.reduce((sum, topic) => sum + counters[topic].value, 0);
}

/** For what this page has changed itself: its views need not wait for the event. */
export function tellChanged(topic: Topic): void {
  counters[topic].value += 1;
}

const EVENTS: Readonly<Record<string, Topic>> = {
  comparison: 'comparison',
  rules: 'rules',
  revision: 'policy',
  envoy: 'envoys',
};

/** Connects, and connects again after a gap. */
export function listen(): void {
  const source = new EventSource('/api/v1/events');
  source.addEventListener('current', () => {
    const isFirst = connection.value === 'connecting';
    connection.value = 'live';
    if (!isFirst) for (const topic of Object.keys(counters) as Topic[]) tellChanged(topic);
  });
  for (const [event, topic] of Object.entries(EVENTS)) source.addEventListener(event, () => tellChanged(topic));
  source.addEventListener('error', () => {
    connection.value = 'lost';
    // A browser gives up on a proxy's error page; on a refused connection it tries again by itself.
    if (source.readyState !== EventSource.CLOSED) return;
    source.close();
    setTimeout(listen, RETRY_MS);
  });
}

const RETRY_MS = 3_000;
