import { type FilterStatus, type Items, mayChange, pathOf } from '../../api/index.ts';
import { ago, DataTable, duration, plural, useNow } from '../../parts/index.ts';
import { useApi } from '../../state/index.ts';
import { usePost } from './use-post.ts';

/** Deaths and revivals are told; this is for the times. */
const EVERY_MS = 10_000;

const STATES: Readonly<Record<FilterStatus['state'], readonly [words: string, look: string]>> = {
  running: ['✓ running', 'is-same'],
  dead: ['✗ dead', 'is-different'],
  off: ['✗ off: died too often', 'is-different'],
};

const ROLES: Readonly<Record<FilterStatus['role'], string>> = {
  primary: 'in listeners: selects and captures',
  shadow: 'in shadows: captures and cuts',
};

/** Whether the machines that run the filter are alive, in all Envoys; they are shared by all mirrors. */
export function FilterMachines() {
  const nowMs = useNow();
  const filter = useApi<Items<FilterStatus>>(pathOf(['filter']), { topics: ['filter'], everyMs: EVERY_MS });
  const { isSending, refusal, send } = usePost('filter');
  const items = filter.data?.items ?? [];
  if (items.length === 0) return null;
  const isWell = items.every(({ state }) => state === 'running');
  return (
    <section class="panel" aria-labelledby="machines-title">
      <div class="panel-head">
        <h2 id="machines-title">Machines of the filter</h2>
        <span class="quiet">
          {isWell
            ? 'alive in all Envoys, as far as is known'
            : 'while one is dead, it selects or captures nothing there'}
        </span>
      </div>
      {refusal !== undefined && (
        <p class="form-refusal" role="alert">
          {refusal}
        </p>
      )}
      <DataTable
        caption="Machines of the filter by role"
        rows={items}
        keyOf={({ role }) => role}
        columns={[
          {
            id: 'role',
            title: 'role',
            cell: ({ role }) => (
              <>
                <strong>{role}</strong> <span class="quiet">{ROLES[role]}</span>
              </>
            ),
          },
          { id: 'state', title: 'state', cell: (status) => <State status={status} nowMs={nowMs} /> },
          {
            id: 'deaths',
            title: 'so far',
            cell: ({ deaths, revivals }) =>
              deaths === 0 ? (
                <span class="quiet">never died</span>
              ) : (
                `died ${plural(deaths, 'time')}, made anew ${plural(revivals, 'time')}`
              ),
          },
          {
            id: 'last',
            title: 'last time',
            className: 'is-words',
            cell: ({ last }) =>
              last && (
                <>
                  {ago(last.at, nowMs)} in <code>{last.nodes.join(', ')}</code>: {last.reason}
                </>
              ),
          },
          {
            id: 'revive',
            title: <span class="hidden">revive</span>,
            label: 'revive',
            align: 'right',
            cell: ({ role, state }) =>
              state !== 'running' &&
              mayChange.value && (
                <button
                  type="button"
                  disabled={isSending}
                  aria-label={`Make the ${role} machines anew`}
                  onClick={() => send(pathOf(['filter', 'revive']), { role })}
                >
                  Make anew
                </button>
              ),
          },
        ]}
      />
    </section>
  );
}

function State({ status: { state, deadSince, reviveAt }, nowMs }: { status: FilterStatus; nowMs: number }) {
  const [words, look] = STATES[state];
  const dueMs = reviveAt === null ? undefined : Date.parse(reviveAt) - nowMs;
  return (
    <>
      <span class={`badge ${look}`}>{words}</span>{' '}
      <span class="quiet">
        {deadSince !== null && `since ${ago(deadSince, nowMs)}`}
        {dueMs !== undefined && `, made anew ${dueMs <= 1_000 ? 'at once' : `in ${duration(dueMs)}`}`}
      </span>
    </>
  );
}
