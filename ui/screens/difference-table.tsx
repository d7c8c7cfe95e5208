import type { DifferenceItem } from '../api/index.ts';
import { count, DataTable, LevelBadge, percent, pValue } from '../parts/index.ts';
import { hrefTo } from '../state/index.ts';

export interface DifferenceTableProps {
  readonly items: readonly DifferenceItem[];
  readonly caption?: string;
}

/** Differences with what is raw and what is noise of each; a row opens its field. */
export function DifferenceTable({ items, caption = 'Differences by impact' }: DifferenceTableProps) {
  const most = Math.max(...items.map(({ differing, compared }) => differing / Math.max(compared, 1)), 0.001);
  return (
    <DataTable
      caption={caption}
      rows={items}
      keyOf={({ endpoint, path, kind }) => `${endpoint} ${kind} ${path}`}
      link={{
        column: 'path',
        href: ({ endpoint, path, kind }) => hrefTo({ screen: 'groups', endpoint, path, kind }),
      }}
      columns={[
        { id: 'rank', title: '#', align: 'right', className: 'is-rank', cell: ({ rank }) => rank },
        {
          id: 'path',
          title: 'field',
          className: 'is-wide',
          cell: ({ path, kind, endpoint, isNew, class: cause }) => (
            <span class="difference">
              <span class="difference-field">
                <code>{path === '' ? '(whole body)' : path}</code> <span class="kind">{kind}</span>
                {isNew && <span class="badge is-new">new</span>}
                {cause === 'state' && (
                  <span
                    class="badge"
                    title="The candidate misses what was made while mirroring: its data differ, not its code"
                  >
                    state
                  </span>
                )}
              </span>
              <code class="quiet">{endpoint}</code>
            </span>
          ),
        },
        { id: 'level', title: 'level', cell: ({ verdict }) => <LevelBadge level={verdict} /> },
        {
          id: 'differs',
          title: 'raw against noise',
          className: 'is-raw',
          cell: (item) => <RawAndNoise item={item} most={most} />,
        },
        {
          id: 'count',
          title: 'differ',
          align: 'right',
          cell: ({ differing, compared }) => (
            <>
              {count(differing)} <span class="quiet">of {count(compared)}</span>
            </>
          ),
        },
        {
          id: 'chance',
          title: 'by chance',
          align: 'right',
          cell: (item) => <Chance item={item} />,
        },
      ]}
    />
  );
}

/** What the verdict goes by: small is certain. */
function Chance({ item: { expectedInnocent, noise, pValue: p } }: { item: DifferenceItem }) {
  if (expectedInnocent === null) return <span class="quiet">–</span>;
  const test = noise === null ? 'no control to test against' : `McNemar p ${pValue(p)}`;
  return (
    <span
      title={`Innocent fields of this mirror expected to look as different: ${expectedInnocent.toPrecision(2)}; ${test}`}
    >
      {pValue(expectedInnocent)}
    </span>
  );
}

function RawAndNoise({ item: { differing, noise, compared }, most }: { item: DifferenceItem; most: number }) {
  const share = (part: number) => part / Math.max(compared, 1);
  return (
    <span
      class="raw"
      role="img"
      aria-label={`differs in ${percent(share(differing))}, noise ${noise === null ? 'unknown' : percent(share(noise))}`}
    >
      <span class="raw-bars">
        <span class="bar-part is-candidate" style={{ width: `${(share(differing) / most) * 100}%` }} />
        {noise !== null && <span class="bar-part is-noise" style={{ width: `${(share(noise) / most) * 100}%` }} />}
      </span>
      <span class="raw-text">{percent(share(differing))}</span>
    </span>
  );
}
