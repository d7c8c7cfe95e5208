import type { DifferenceItem, DifferenceVerdict } from '../../api/index.ts';
import { ago, count, DataTable, Empty, LevelBadge, percent, Ready, useNow, ViewSettings } from '../../parts/index.ts';
import { goTo, hrefTo, place } from '../../state/index.ts';
import { Representative } from './representative.tsx';
import { groupKey, useDifferences } from './use-differences.ts';

const LEVELS: readonly DifferenceVerdict[] = ['different', 'seen', 'noise', 'ignored'];
const KINDS = ['status', 'type', 'missing', 'extra', 'value', 'length', 'order'];
/** Those further down are opened when one wants to see an example. */
const WITH_EXAMPLE = 25;

export function GroupList({ mirror }: { mirror: string }) {
  const { endpoint, kind, level, noise } = place.value;
  const differences = useDifferences(mirror, undefined);
  const nowMs = useNow();
  const filtered = endpoint !== undefined || kind !== undefined || level !== undefined;
  return (
    <>
      <ViewSettings range="which differences are listed" noise />
      <section class="panel flowing">
        <div class="panel-head">
          <h1>Groups</h1>
          <div class="toolbar">
            <Filter name="level" value={level} options={LEVELS} all="all levels" />
            <Filter name="kind" value={kind} options={KINDS} all="all kinds" />
            <Filter
              name="endpoint"
              value={endpoint}
              options={[...new Set(differences.data?.items.map((item) => item.endpoint))].sort()}
              all="all endpoints"
            />
          </div>
        </div>
        <Ready loaded={differences} what="differences">
          {({ items, total }) => {
            const shown = items.filter(
              (item) =>
                (endpoint === undefined || item.endpoint === endpoint) &&
                (kind === undefined || item.kind === kind) &&
                (level === undefined || item.verdict === level),
            );
            if (shown.length === 0) return <NoGroups filtered={filtered} noise={noise} />;
            return (
              <>
                <DataTable
                  caption="Groups of differences, the most important first"
                  rows={shown}
                  keyOf={groupKey}
                  link={{
                    column: 'path',
                    href: (item) => hrefTo({ endpoint: item.endpoint, path: item.path, kind: item.kind }),
                  }}
                  columns={[
                    {
                      id: 'path',
                      title: 'difference',
                      className: 'is-whole is-named',
                      cell: (item) => <GroupName item={item} />,
                    },
                    {
                      id: 'example',
                      title: 'for example',
                      className: 'is-whole is-named',
                      cell: (item) => item.rank <= WITH_EXAMPLE && <Representative mirror={mirror} item={item} />,
                    },
                    {
                      id: 'level',
                      title: 'level',
                      className: 'is-named',
                      cell: ({ verdict }) => <LevelBadge level={verdict} />,
                    },
                    {
                      id: 'differing',
                      title: 'pairs',
                      align: 'right',
                      sortBy: ({ differing }) => differing,
                      cell: ({ differing, compared, noise: ofControl }) => (
                        <span
                          title={
                            ofControl === null
                              ? 'No control has answered'
                              : `The control differs in ${count(ofControl)}`
                          }
                        >
                          {count(differing)} <span class="quiet">{percent(differing / Math.max(compared, 1))}</span>
                        </span>
                      ),
                    },
                    {
                      id: 'first',
                      title: 'first',
                      align: 'right',
                      sortBy: ({ firstSeenAt }) => firstSeenAt,
                      cell: ({ firstSeenAt }) => <time dateTime={firstSeenAt}>{ago(firstSeenAt, nowMs)}</time>,
                    },
                    {
                      id: 'last',
                      title: 'last',
                      align: 'right',
                      sortBy: ({ lastSeenAt }) => lastSeenAt,
                      cell: ({ lastSeenAt }) => <time dateTime={lastSeenAt}>{ago(lastSeenAt, nowMs)}</time>,
                    },
                  ]}
                />
                {total > items.length && (
                  <p class="quiet">
                    The first {count(items.length)} of {count(total)} differences.
                  </p>
                )}
              </>
            );
          }}
        </Ready>
      </section>
    </>
  );
}

function GroupName({ item }: { item: DifferenceItem }) {
  return (
    <span class="group-name">
      <code>{item.path || 'body'}</code> <span class="kind">{item.kind}</span>
      {item.isNew && (
        <span class="new-mark" title="Not there in the epoch before">
          new
        </span>
      )}
      {item.class === 'state' && (
        <span class="new-mark is-state" title="The candidate does not know what was made or changed during mirroring">
          state
        </span>
      )}
      <span class="quiet group-endpoint">{item.endpoint}</span>
    </span>
  );
}

interface FilterProps {
  readonly name: 'level' | 'kind' | 'endpoint';
  readonly value: string | undefined;
  readonly options: readonly string[];
  readonly all: string;
}

function Filter({ name, value, options, all }: FilterProps) {
  return (
    <label class="field">
      <span class="hidden">{name}</span>
      <select
        value={value ?? ''}
        onChange={({ currentTarget }) => goTo({ [name]: currentTarget.value || undefined }, { replace: true })}
      >
        <option value="">{all}</option>
        {[...options, ...(value !== undefined && !options.includes(value) ? [value] : [])].map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

function NoGroups({ filtered, noise }: { filtered: boolean; noise: boolean }) {
  if (filtered) {
    return (
      <Empty title="No difference passes these filters">
        <button type="button" onClick={() => goTo({ endpoint: undefined, kind: undefined, level: undefined })}>
          Show all
        </button>
      </Empty>
    );
  }
  return (
    <Empty title={noise ? 'No answer has differed yet' : 'Nothing differs beyond noise'}>
      <p>
        {noise ? (
          'Either both services agree, or nothing has been compared yet: the overview says which.'
        ) : (
          <button type="button" onClick={() => goTo({ noise: true }, { replace: true })}>
            Show noise and what rules ignore
          </button>
        )}
      </p>
    </Empty>
  );
}
