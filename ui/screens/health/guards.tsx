import { type GuardStatus, type Items, pathOf } from '../../api/index.ts';
import { ago, useNow } from '../../parts/index.ts';
import { useApi } from '../../state/index.ts';

/** Asked again for its times; a change of state is told by an event. */
const EVERY_MS = 10_000;

const WORDS: Readonly<Record<GuardStatus['state'], string>> = {
  proven: 'proven',
  unproven: 'not proven',
  failed: 'failed',
  trusted: 'trusted without proof',
  'not-needed': 'not needed',
};

const LOOKS: Readonly<Record<GuardStatus['state'], string>> = {
  proven: 'is-same',
  unproven: 'is-different',
  failed: 'is-different',
  trusted: 'is-large',
  'not-needed': '',
};

/** Whether the receivers of this mirror have proven that copies do no harm there; nothing where no proof is needed. */
export function Guards({ mirror }: { mirror: string }) {
  const nowMs = useNow();
  const guards = useApi<Items<GuardStatus>>(pathOf(['guards']), { topics: ['guards', 'policy'], everyMs: EVERY_MS });
  const items = (guards.data?.items ?? []).filter(
    ({ mirrors, state }) => mirrors.includes(mirror) && state !== 'not-needed',
  );
  if (items.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="guards-title">
      <div class="panel-head">
        <h2 id="guards-title">Shadow guard</h2>
        <span class="quiet">requests that change something are copied only where it is proven</span>
      </div>
      {items.map(({ service, role, state, mode, reason, checkedAt }) => (
        <div key={`${service} ${role}`}>
          <p>
            <span class={`arm is-${role}`}>{service}</span> <span class={`badge ${LOOKS[state]}`}>{WORDS[state]}</span>{' '}
            <span class="quiet">
              {mode && `${mode}, `}
              {checkedAt && `asked ${ago(checkedAt, nowMs)}`}
            </span>
          </p>
          {reason !== undefined && (
            <p class="note">
              {role === 'primary'
                ? 'Of what the candidate answers, no unsafe request is copied back'
                : 'No unsafe request is copied'}
              : {reason}
            </p>
          )}
          {state === 'trusted' && (
            <p class="note">Requests that change something are copied to it; nobody asks for a proof.</p>
          )}
        </div>
      ))}
    </section>
  );
}
