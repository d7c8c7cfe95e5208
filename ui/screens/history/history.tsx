import { useState } from 'preact/hooks';
import { type Items, mayChange, pathOf, type RevisionItem } from '../../api/index.ts';
import { ago, clock, Empty, Ready, useNow } from '../../parts/index.ts';
import { useApi } from '../../state/index.ts';
import type { ScreenProps } from '../screen.ts';
import { Differences } from './differences.tsx';
import { UndoDialog } from './undo-dialog.tsx';

/** Who changed the mirror, when and what; and the way back. */
export function History({ mirror: { name } }: ScreenProps) {
  const history = useApi<Items<RevisionItem>>(pathOf(['mirrors', name, 'history']), { topics: ['policy', 'envoys'] });
  const [to, setTo] = useState<number>();
  return (
    <>
      <section class="panel">
        <div class="panel-head">
          <h1>History</h1>
          <span class="quiet">every change of {name}, by page, API or file</span>
        </div>
        <Ready loaded={history} what="history">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Its changes are older than what is kept" />
            ) : (
              <ol class="history">
                {items.map((item, index) => (
                  <Revision key={item.revision} item={item} mirror={name} isNewest={index === 0} onGoBack={setTo} />
                ))}
              </ol>
            )
          }
        </Ready>
      </section>
      {to !== undefined && <UndoDialog mirror={name} to={to} onClose={() => setTo(undefined)} />}
    </>
  );
}

interface RevisionProps {
  readonly item: RevisionItem;
  readonly mirror: string;
  readonly isNewest: boolean;
  readonly onGoBack: (to: number) => void;
}

function Revision({ item, mirror, isNewest, onGoBack }: RevisionProps) {
  const nowMs = useNow();
  const { revision, at, actor, note, differences, acknowledgedAt } = item;
  return (
    <li class={`revision${isNewest ? ' is-newest' : ''}`}>
      <div class="revision-head">
        <h2>{revision}</h2>
        <span class="revision-who">{WHO[actor] ?? actor}</span>
        <time dateTime={at} title={at}>
          {clock(at, nowMs)}, {ago(at, nowMs)}
        </time>
        {isNewest && <span class="badge is-same">as it is now</span>}
        {mayChange.value && (
          <button type="button" onClick={() => onGoBack(isNewest ? revision - 1 : revision)}>
            {isNewest ? `Undo revision ${revision}…` : `Back to revision ${revision}…`}
          </button>
        )}
      </div>
      {note !== null && <p class={actor === 'rollback' ? 'note' : 'quiet'}>{note}</p>}
      <Differences items={differences} mirror={mirror} />
      {acknowledgedAt === null && isNewest && (
        <p class="quiet">Not seen in use at all Envoys yet; Envoys says who lacks it.</p>
      )}
    </li>
  );
}

/** Those who are no people. */
const WHO: Readonly<Record<string, string>> = {
  file: 'the policy file',
  rollback: 'taken back',
  page: 'this page',
  cli: 'command line',
  api: 'API',
};
