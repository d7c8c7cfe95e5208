import { useState } from 'preact/hooks';
import {
  ApiError,
  type DifferenceItem,
  type EpochComparison,
  type EpochItem,
  type Items,
  pathOf,
  sendJson,
} from '../../api/index.ts';
import { clock, count, Dialog, Failed, Ready, useNow } from '../../parts/index.ts';
import { hrefTo, place, useApi } from '../../state/index.ts';

const SHOWN = 5;

/** What the newest deployment of the candidate has changed, and the deployments before. */
export function SinceLastEpoch({ mirror }: { mirror: string }) {
  const epochs = useApi<Items<EpochItem>>(pathOf(['mirrors', mirror, 'epochs']), { topics: ['comparison'] });
  const [isAsking, setAsking] = useState(false);
  return (
    <section class="panel" aria-labelledby="epochs-title">
      <div class="panel-head">
        <h2 id="epochs-title">Epochs: deployments of the candidate</h2>
        <button type="button" onClick={() => setAsking(true)}>
          New epoch
        </button>
      </div>
      <Ready loaded={epochs} what="epochs">
        {({ items }) => <Epochs mirror={mirror} items={items} />}
      </Ready>
      {isAsking && <NewEpoch mirror={mirror} onClose={() => setAsking(false)} />}
    </section>
  );
}

function Epochs({ mirror, items }: { mirror: string; items: readonly EpochItem[] }) {
  const nowMs = useNow();
  const chosen = place.value.epoch ?? items[0]?.epoch;
  const hasBefore = items.some(({ epoch }) => epoch < (chosen ?? 0));
  if (items.length === 0) return <p class="quiet">The first one begins with the first pair.</p>;
  return (
    <>
      <ol class="epochs">
        {items.slice(0, SHOWN).map(({ epoch, version, begunBy, startedAt, compared }) => (
          <li key={epoch}>
            <a href={hrefTo({ epoch: epoch === items[0]?.epoch ? undefined : epoch })} aria-current={epoch === chosen}>
              <strong>{epoch}</strong> {version !== null && <code>{version}</code>}
            </a>
            <span class="quiet">
              {clock(startedAt, nowMs)}, {BEGUN[begunBy]}, {count(compared)} pairs
            </span>
          </li>
        ))}
      </ol>
      {hasBefore ? (
        <Changes mirror={mirror} to={chosen} />
      ) : (
        <p class="quiet">
          When the candidate answers with another version, or you begin a new epoch, this shows what is fixed, what is
          still there and what is new.
        </p>
      )}
    </>
  );
}

const BEGUN: Readonly<Record<EpochItem['begunBy'], string>> = {
  first: 'the first',
  version: 'new version',
  person: 'begun by hand',
};

function Changes({ mirror, to }: { mirror: string; to: number | undefined }) {
  const loaded = useApi<EpochComparison>(pathOf(['mirrors', mirror, 'epochs', 'compare'], { to }), {
    topics: ['comparison', 'rules'],
  });
  return (
    <Ready loaded={loaded} what="what has changed">
      {({ from, fixed, maybeFixed, stillThere, new: added }) => (
        <div class="changes">
          <p class="quiet">
            Against epoch {from.epoch}
            {from.version !== null && ` (${from.version})`}
          </p>
          <ChangeList sign="✓" title="Fixed" tone="is-same" items={fixed} />
          <ChangeList
            sign="?"
            title="Not seen since, too few pairs to call it fixed"
            tone="is-unsure"
            items={maybeFixed}
          />
          <ChangeList sign="=" title="Still there" tone="is-quiet" items={stillThere} />
          <ChangeList sign="+" title="New" tone="is-different" items={added} />
        </div>
      )}
    </Ready>
  );
}

interface ChangeListProps {
  readonly sign: string;
  readonly title: string;
  readonly tone: string;
  readonly items: readonly DifferenceItem[];
}

function ChangeList({ sign, title, tone, items }: ChangeListProps) {
  return (
    <details class={`change ${tone}`} open={items.length > 0}>
      <summary>
        <span class="change-sign" aria-hidden="true">
          {sign}
        </span>
        {title} <strong>{items.length}</strong>
      </summary>
      <ul>
        {items.slice(0, SHOWN).map(({ endpoint, path, kind }) => (
          <li key={`${endpoint} ${kind} ${path}`}>
            <a href={hrefTo({ screen: 'groups', endpoint, path, kind })}>
              <code>{path === '' ? '(whole body)' : path}</code>
            </a>{' '}
            <span class="kind">{kind}</span> <code class="quiet">{endpoint}</code>
          </li>
        ))}
        {items.length > SHOWN && <li class="quiet">and {items.length - SHOWN} more</li>}
      </ul>
    </details>
  );
}

function NewEpoch({ mirror, onClose }: { mirror: string; onClose: () => void }) {
  const [answer, setAnswer] = useState<number | ApiError>();
  const begin = async (): Promise<void> => {
    try {
      setAnswer((await sendJson<{ epoch: number }>('POST', pathOf(['mirrors', mirror, 'epoch']))).epoch);
    } catch (error) {
      setAnswer(error instanceof ApiError ? error : new ApiError(String(error), 'UNKNOWN', 0));
    }
  };
  return (
    <Dialog title="Begin a new epoch" onClose={onClose}>
      {typeof answer === 'number' ? (
        <>
          <p>
            Epoch {answer} begins with the next request that is copied. What was counted stays with the epoch before.
          </p>
          <p class="dialog-actions">
            <button type="button" class="is-main" onClick={onClose}>
              Done
            </button>
          </p>
        </>
      ) : (
        <>
          <p>
            Verdict and counts begin anew with the next request, and the epoch so far stays to be compared with. A
            candidate that answers with another version header begins one by itself; this is for those that do not, or
            for a change of data.
          </p>
          {answer && <Failed error={answer} />}
          <p class="dialog-actions">
            <button type="button" class="is-main" onClick={() => void begin()}>
              Begin it
            </button>
            <button type="button" onClick={onClose}>
              Cancel
            </button>
          </p>
        </>
      )}
    </Dialog>
  );
}
