import type { RolloutView } from '../../api/index.ts';
import { ago, clock, useNow } from '../../parts/index.ts';
import { byWhom } from './status.ts';

type Event = RolloutView['events'][number];

const WORDS: Readonly<Record<string, readonly [sign: string, word: string]>> = {
  start: ['▸', 'started'],
  step: ['▸', 'began'],
  passed: ['✓', 'passed'],
  failed: ['✗', 'failed'],
  'began-again': ['↺', 'began again'],
  'switched-off': ['‖', 'left, with mirroring off'],
  promote: ['▸', 'promoted'],
  pause: ['‖', 'paused'],
  resume: ['▸', 'resumed'],
  rollback: ['↩', 'rolled back'],
  abort: ['✗', 'aborted'],
  finish: ['✓', 'finished'],
};
const BAD = ['failed', 'rollback', 'abort'];

/** Who did what and why, the newest first; it is never changed afterwards. */
export function Events({ view: { events } }: { view: Pick<RolloutView, 'events'> }) {
  const nowMs = useNow();
  return (
    <section class="panel" aria-labelledby="events-title">
      <div class="panel-head">
        <h2 id="events-title">What happened</h2>
        <span class="quiet">who and why, the newest first</span>
      </div>
      <ol class="rollout-events">
        {events
          .map((event, index) => ({ event, index }))
          .toReversed()
          .map(({ event, index }) => (
            <EventLine key={`${event.at} ${index}`} event={event} nowMs={nowMs} />
          ))}
      </ol>
    </section>
  );
}

function EventLine({ event: { at, kind, by, step, why }, nowMs }: { event: Event; nowMs: number }) {
  const [sign, word] = WORDS[kind] ?? ['·', kind];
  return (
    <li class={`rollout-event${BAD.includes(kind) ? ' is-bad-event' : ''}`}>
      <time dateTime={at} title={`${at}, ${ago(at, nowMs)}`}>
        {clock(at, nowMs)}
      </time>
      <span class="rollout-event-what">
        <span class="badge-sign" aria-hidden="true">
          {sign}
        </span>{' '}
        <strong>
          {step} {word}
        </strong>{' '}
        <span class="quiet">by {byWhom(by)}</span>
      </span>
      <span class="rollout-event-why">{why}</span>
    </li>
  );
}
