/**
 * What the control plane tells by server-sent events, as counters that grow: whoever shows something reads the counter it
 * depends on. After a gap every counter grows, because nothing is replayed.
 */
import { signal } from '@preact/signals';
import { authorization, isTokenNeeded, tellUnauthenticated } from '../api/index.ts';
import { readEventStream } from './event-stream.ts';

export type Topic = 'comparison' | 'rules' | 'policy' | 'envoys' | 'guards' | 'rollout' | 'brake' | 'filter';

export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');

const counters = {
  comparison: signal(0),
  rules: signal(0),
  policy: signal(0),
  envoys: signal(0),
  guards: signal(0),
  rollout: signal(0),
  brake: signal(0),
  filter: signal(0),
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
  guard: 'guards',
  rollout: 'rollout',
  brake: 'brake',
  filter: 'filter',
};

/**
 * Connects, and connects again after a gap. By fetch and not by EventSource, which cannot send the token; until there is one,
 * not at all.
 */
export async function listen(): Promise<void> {
  while (!isTokenNeeded.value) {
    // However it ended, by an error or quietly: what is shown may be from before.
    await readStream().catch(() => {});
    connection.value = 'lost';
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function readStream(): Promise<void> {
  const onStatus = (status: number) => {
    if (status === 401) tellUnauthenticated();
  };
  await readEventStream({ headers: authorization(), onStatus, onEvent });
}

function onEvent(name: string): void {
  if (name === 'current') {
    const isFirst = connection.value === 'connecting';
    connection.value = 'live';
    if (!isFirst) for (const topic of Object.keys(counters) as Topic[]) tellChanged(topic);
  }
  const topic = EVENTS[name];
  if (topic) tellChanged(topic);
}

const RETRY_MS = 1_000;
