import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import {
  type BriefSampleView,
  type ComparedSampleView,
  type DifferenceItem,
  type Items,
  mayChange,
  pathOf,
} from '../../api/index.ts';
import {
  ago,
  CopyButton,
  clock,
  count,
  DataTable,
  Empty,
  LevelBadge,
  milliseconds,
  percent,
  pValue,
  Ready,
  useNow,
} from '../../parts/index.ts';
import { goTo, hrefTo, place, useApi } from '../../state/index.ts';
import { NO_DRAFT, RuleDialog, type RuleDraft } from '../rules/index.ts';
import { Values } from './representative.tsx';
import { type Group, groupKey, useDifferences } from './use-differences.ts';

/** One group: how often and how sure, a representative, and the requests that were kept of it. */
export function GroupDetail({ mirror, group }: { mirror: string; group: Group }) {
  const differences = useDifferences(mirror, undefined, true);
  return (
    <Ready loaded={differences} what="the group">
      {({ items }) => {
        const item = items.find((one) => groupKey(one) === groupKey(group));
        if (item) return <Detail mirror={mirror} item={item} items={items} />;
        return (
          <section class="panel">
            <Empty title={`No pair differs by ${group.kind} at ${group.path || 'the body'} in this epoch`}>
              <a href={hrefTo({ endpoint: undefined, path: undefined, kind: undefined })}>All groups</a>
            </Empty>
          </section>
        );
      }}
    </Ready>
  );
}

interface DetailProps {
  readonly mirror: string;
  readonly item: DifferenceItem;
  readonly items: readonly DifferenceItem[];
}

function Detail({ mirror, item, items }: DetailProps) {
  const { endpoint, path, kind, verdict, isNew } = item;
  const [draft, setDraft] = useState<RuleDraft>();
  const position = items.indexOf(item);
  return (
    <>
      <section class="panel">
        <div class="panel-head">
          <h1 class="request-title">
            <code>{path || 'body'}</code> <span class="kind">{kind}</span> <LevelBadge level={verdict} />
            {isNew && <span class="new-mark">new since the last deployment</span>}
          </h1>
          <div class="toolbar">
            <nav class="steps" aria-label="Groups">
              <Step item={items[position - 1]} label="Previous group" sign="←" />
              <span class="quiet">
                rank {position + 1} of {items.length}
              </span>
              <Step item={items[position + 1]} label="Next group" sign="→" />
            </nav>
            <a class="button" href={hrefTo({ endpoint: undefined, path: undefined, kind: undefined })}>
              All groups
            </a>
            <CopyButton textOf={() => location.href} title="The address of this view">
              Copy link
            </CopyButton>
            {verdict !== 'ignored' && mayChange.value && (
              <button type="button" onClick={() => setDraft({ ...NO_DRAFT, path, endpoint })}>
                Ignore…
              </button>
            )}
          </div>
        </div>
        {item.class === 'state' && <StateNote />}
        <Numbers item={item} />
        <Example mirror={mirror} item={item} />
      </section>
      <Kept mirror={mirror} item={item} />
      {draft && (
        <RuleDialog
          mirror={mirror}
          initial={draft}
          endpoints={[...new Set(items.map((one) => one.endpoint))]}
          onClose={() => setDraft(undefined)}
        />
      )}
    </>
  );
}

function Step({ item, label, sign }: { item: DifferenceItem | undefined; label: string; sign: string }) {
  if (!item) {
    return (
      <span class="button is-off" aria-hidden="true">
        {sign}
      </span>
    );
  }
  const { endpoint, path, kind } = item;
  return (
    <button
      type="button"
      aria-label={label}
      title={`${label}: ${path || 'body'}`}
      onClick={() => goTo({ endpoint, path, kind })}
    >
      {sign}
    </button>
  );
}

function StateNote() {
  return (
    <p class="conclusion is-unsure">
      <strong>State, rather than a defect.</strong> The candidate does not know what was made or changed while mirroring
      went on. Give it a fresh snapshot of the primary's data, or let it read the primary's; until then these answers
      cannot be compared.
    </p>
  );
}

function Numbers({ item }: { item: DifferenceItem }) {
  const {
    endpoint,
    compared,
    differing,
    noise,
    pValue: p,
    expectedInnocent,
    firstSeenAt,
    lastSeenAt,
    strata,
    ruleId,
  } = item;
  const nowMs = useNow();
  return (
    <>
      <dl class="numbers">
        <Fact name="pairs that differ">
          {count(differing)}{' '}
          <span class="quiet">
            of {count(compared)}, {percent(differing / Math.max(compared, 1))}
          </span>
        </Fact>
        <Fact name="the control differs in">
          {noise === null ? <span class="quiet">no control</span> : count(noise)}
        </Fact>
        <Fact name="p-value" title="Exact McNemar test of all strata together">
          {noise === null ? <span class="quiet">no control</span> : pValue(p)}
        </Fact>
        <Fact
          name="innocent fields like this"
          title="Expected number among the fields of this mirror; the level goes by it"
        >
          {expectedInnocent === null ? <span class="quiet">unknown</span> : pValue(expectedInnocent)}
        </Fact>
        <Fact name="first seen" title={firstSeenAt}>
          {ago(firstSeenAt, nowMs)} <span class="quiet">{clock(firstSeenAt, nowMs)}</span>
        </Fact>
        <Fact name="last seen" title={lastSeenAt}>
          {ago(lastSeenAt, nowMs)} <span class="quiet">{clock(lastSeenAt, nowMs)}</span>
        </Fact>
      </dl>
      <p class="facts">
        <a href={hrefTo({ screen: 'fields', endpoint, path: item.path })}>{endpoint}</a>
        {strata.map(({ reason, segment, verdict, compared: pairs, differing: found }) => (
          <span key={`${reason} ${segment}`}>
            {segment ?? 'sample'}: {count(found)} of {count(pairs)} <span class="quiet">{verdict}</span>
          </span>
        ))}
        {ruleId !== undefined && (
          <span>
            ignored by <a href={hrefTo({ screen: 'rules' })}>a rule</a>
          </span>
        )}
      </p>
    </>
  );
}

function Fact({ name, title, children }: { name: string; title?: string; children: ComponentChildren }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const MOST_VALUES = 5;

function Example({ mirror, item: { sampleId, path, kind, endpoint } }: { mirror: string; item: DifferenceItem }) {
  const { data, error } = useApi<ComparedSampleView>(
    sampleId === null ? undefined : pathOf(['mirrors', mirror, 'samples', sampleId], { view: 'differences' }),
    { topics: ['rules'] },
  );
  if (sampleId === null || error) {
    return <p class="quiet">No example is kept any more; the next one that differs here will be.</p>;
  }
  if (!data) return null;
  const found = data.differences.filter((difference) => difference.path === path && difference.kind === kind);
  return (
    <div class="example">
      <p class="example-head">
        <a class="button is-main" href={hrefTo({ screen: 'request', sample: sampleId, endpoint, path, kind })}>
          Open the request
        </a>
        <code>
          {data.method} {data.path}
        </code>
      </p>
      {found.length === 0 ? (
        <p class="quiet">By the rules of today these answers are equal here.</p>
      ) : (
        <dl class="example-values">
          {found.slice(0, MOST_VALUES).map((difference) => (
            <div key={difference.pointer}>
              <dt class="mono">{difference.pointer || 'body'}</dt>
              <dd>
                <Values {...difference} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

const MOST_SAMPLES = 20;

function Kept({ mirror, item: { endpoint, path, kind } }: { mirror: string; item: DifferenceItem }) {
  const { epoch } = place.value;
  const nowMs = useNow();
  const samples = useApi<Items<BriefSampleView>>(
    pathOf(['mirrors', mirror, 'samples'], { epoch, endpoint, path, kind, view: 'brief', limit: MOST_SAMPLES }),
    { topics: ['comparison'] },
  );
  return (
    <section class="panel flowing">
      <div class="panel-head">
        <h2>Requests kept of it</h2>
        <p class="quiet">The first, the most different and the latest.</p>
      </div>
      <Ready loaded={samples} what="requests">
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">None any more.</p>
          ) : (
            <DataTable
              caption="Requests kept of this group"
              rows={items}
              keyOf={({ id }) => id}
              link={{
                column: 'path',
                href: ({ id }) => hrefTo({ screen: 'request', sample: id, endpoint, path, kind }),
              }}
              columns={[
                {
                  id: 'path',
                  title: 'request',
                  className: 'is-whole is-named',
                  cell: (sample) => (
                    <code>
                      {sample.method} {sample.path}
                    </code>
                  ),
                },
                {
                  id: 'status',
                  title: 'status',
                  cell: ({ primary, candidate }) =>
                    primary.status === candidate.status ? primary.status : `${primary.status} → ${candidate.status}`,
                },
                {
                  id: 'took',
                  title: 'took',
                  align: 'right',
                  cell: ({ primary, candidate }) =>
                    `${milliseconds(primary.lastByteMs)} → ${milliseconds(candidate.lastByteMs)}`,
                },
                {
                  id: 'why',
                  title: 'copied as',
                  className: 'is-after-right',
                  cell: ({ segment }) => segment ?? 'sample',
                },
                { id: 'at', title: 'at', align: 'right', cell: ({ at }) => ago(at, nowMs) },
              ]}
            />
          )
        }
      </Ready>
    </section>
  );
}
