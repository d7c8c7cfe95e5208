import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, mayChange, pathOf, type RuleView, sendJson } from '../../api/index.ts';
import { ago, clock, DataTable, useNow } from '../../parts/index.ts';
import { hrefTo, tellChanged } from '../../state/index.ts';
import { describeEffect, describePath } from './rule-draft.ts';

/** As long as a deletion can be taken back. It is sent then, or when the reader leaves; a page that is closed deletes nothing. */
const UNDO_MS = 8_000;

export function RuleList({ mirror, rules }: { mirror: string; rules: readonly RuleView[] }) {
  const nowMs = useNow();
  const { leaving, refusal, remove, undo } = useDeletion(mirror);
  return (
    <>
      {refusal && (
        <p class="form-refusal" role="alert">
          {refusal}
        </p>
      )}
      <p class="hidden" role="status">
        {leaving.size > 0 ? 'The rule is being deleted. Undo is where Delete was.' : ''}
      </p>
      <DataTable
        caption="Rules"
        rows={rules}
        keyOf={({ id }) => id}
        columns={[
          {
            id: 'rule',
            title: 'rule',
            className: 'is-whole is-named',
            cell: (rule) => (
              <div class={`rule-name${leaving.has(rule.id) || rule.expired ? ' is-gone' : ''}`}>
                <span class="rule-effect">{describeEffect(rule)}</span> <code>{describePath(rule.path)}</code>
                <span class="quiet rule-endpoint">{rule.endpoint ?? 'all endpoints'}</span>
              </div>
            ),
          },
          { id: 'reason', title: 'reason', className: 'is-whole is-named', cell: ({ reason }) => reason },
          {
            id: 'author',
            title: 'author',
            cell: ({ author, source, createdAt }) =>
              source === 'file' ? (
                <span title="Rules of the policy file are changed there">policy file</span>
              ) : (
                <span title={clock(createdAt, nowMs)}>
                  {author} <span class="quiet">{ago(createdAt, nowMs)}</span>
                </span>
              ),
          },
          {
            id: 'expires',
            title: 'holds until',
            cell: ({ expiresAt, expired }) =>
              expired ? (
                <span class="badge is-seen">expired {expiresAt && ago(expiresAt, nowMs)}</span>
              ) : expiresAt === null ? (
                <span class="quiet">no end</span>
              ) : (
                expiresAt.slice(0, 10)
              ),
          },
          {
            id: 'delete',
            title: <span class="hidden">delete</span>,
            label: 'delete',
            align: 'right',
            className: 'is-named',
            cell: ({ id, source, path }) =>
              source === 'file' || !mayChange.value ? (
                <span class="quiet">read-only</span>
              ) : leaving.has(id) ? (
                <button type="button" onClick={() => undo(id)}>
                  Undo
                </button>
              ) : (
                <button
                  type="button"
                  aria-label={`Delete the rule for ${describePath(path)}`}
                  onClick={() => remove(id)}
                >
                  Delete
                </button>
              ),
          },
        ]}
      />
      {rules.some(({ source }) => source === 'file') && (
        <p class="quiet rule-note">
          Rules of the policy file stand under <code>mirrors.{mirror}.compare.rules</code> and are changed there.
        </p>
      )}
      <p class="quiet rule-note">
        What rules hide stays visible with{' '}
        <a href={hrefTo({ screen: 'groups', noise: true, level: 'ignored' })}>noise on</a>.
      </p>
    </>
  );
}

function useDeletion(mirror: string) {
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>()).current;
  const [leaving, setLeaving] = useState<ReadonlySet<string>>(new Set());
  const [refusal, setRefusal] = useState<string>();
  const show = (): void => setLeaving(new Set(timers.keys()));
  const send = async (id: string): Promise<void> => {
    try {
      await sendJson('DELETE', pathOf(['mirrors', mirror, 'rules', id]));
      tellChanged('rules');
    } catch (error) {
      setRefusal(error instanceof ApiError ? error.message : String(error));
    }
    timers.delete(id);
    show();
  };
  useEffect(
    () => () => {
      for (const [id, timer] of timers) {
        clearTimeout(timer);
        void send(id);
      }
    },
    [],
  );
  return {
    leaving,
    refusal,
    remove: (id: string): void => {
      setRefusal(undefined);
      timers.set(
        id,
        setTimeout(() => void send(id), UNDO_MS),
      );
      show();
    },
    undo: (id: string): void => {
      clearTimeout(timers.get(id));
      timers.delete(id);
      show();
    },
  };
}
