import { useEffect, useState } from 'preact/hooks';
import {
  type BriefSampleView,
  type EndpointItem,
  type Items,
  type MirrorView,
  pathOf,
  type SampleView,
} from '../../api/index.ts';
import { ago, CopyButton, clock, DataTable, Empty, milliseconds, Ready, useNow } from '../../parts/index.ts';
import { goTo, hrefTo, place, useApi } from '../../state/index.ts';
import { NO_DRAFT, RuleDialog, type RuleDraft } from '../rules/index.ts';
import type { ScreenProps } from '../screen.ts';
import { Arms } from './arms.tsx';
import { BodyView } from './body-view.tsx';
import { DifferenceList } from './difference-list.tsx';
import { headerRows } from './header-rows.ts';
import { RunAgain } from './run-again.tsx';
import { SideBySide } from './side-by-side.tsx';

const MOST_SAMPLES = 50;

/** One exchange as it is kept, with all its answers beside each other. */
export function Request({ mirror }: ScreenProps) {
  const { sample: id, epoch, endpoint, path, kind } = place.value;
  const siblings = useApi<Items<BriefSampleView>>(
    pathOf(['mirrors', mirror.name, 'samples'], { epoch, endpoint, path, kind, view: 'brief', limit: MOST_SAMPLES }),
    { topics: ['comparison'] },
  );
  const sample = useApi<SampleView>(id === undefined ? undefined : pathOf(['mirrors', mirror.name, 'samples', id]), {
    topics: ['rules'],
  });
  if (id === undefined) return <ChooseSample siblings={siblings} />;
  if (sample.error?.code === 'NOT_FOUND' && sample.error.message.startsWith('The sample')) return <Gone />;
  return (
    <Ready loaded={sample} what="the request">
      {(view) => <SampleOf key={view.id} mirror={mirror} sample={view} siblings={siblings.data?.items ?? []} />}
    </Ready>
  );
}

function Gone() {
  const { endpoint, path, kind } = place.value;
  const group = endpoint !== undefined && path !== undefined && kind !== undefined;
  return (
    <section class="panel">
      <Empty title="This request is not kept any more">
        <p>
          Of each difference the first, the most different and the latest examples are kept.{' '}
          {group ? (
            <a href={hrefTo({ screen: 'groups', endpoint, path, kind })}>Newer ones of this group</a>
          ) : (
            <a href={hrefTo({ sample: undefined })}>All that are kept</a>
          )}
        </p>
      </Empty>
    </section>
  );
}

function ChooseSample({ siblings }: { siblings: ReturnType<typeof useApi<Items<BriefSampleView>>> }) {
  const nowMs = useNow();
  return (
    <section class="panel flowing">
      <div class="panel-head">
        <h1>Requests</h1>
        <p class="quiet">Kept as examples of what differs; redacted before they were kept.</p>
      </div>
      <Ready loaded={siblings} what="requests">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No request is kept yet">
              <p>Requests whose answers differ are kept as examples, some of each kind.</p>
            </Empty>
          ) : (
            <DataTable
              caption="Kept requests"
              rows={items}
              keyOf={({ id }) => id}
              link={{ column: 'path', href: ({ id }) => hrefTo({ screen: 'request', sample: id }) }}
              columns={[
                {
                  id: 'path',
                  title: 'request',
                  className: 'is-whole is-named',
                  cell: ({ method, path }) => (
                    <code>
                      {method} {path}
                    </code>
                  ),
                },
                { id: 'status', title: 'status', cell: statusText },
                {
                  id: 'took',
                  title: 'took',
                  align: 'right',
                  cell: ({ primary, candidate }) =>
                    `${milliseconds(primary.lastByteMs)} → ${milliseconds(candidate.lastByteMs)}`,
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

function statusText({ primary, candidate }: BriefSampleView) {
  if (primary.status === candidate.status) return String(primary.status);
  return (
    <span>
      {primary.status} <span aria-hidden="true">→</span>
      <span class="hidden"> candidate </span> <strong class="is-differing">{candidate.status}</strong>
    </span>
  );
}

interface SampleOfProps {
  readonly mirror: MirrorView;
  readonly sample: SampleView;
  readonly siblings: readonly BriefSampleView[];
}

function SampleOf({ mirror, sample, siblings }: SampleOfProps) {
  const { path: wanted } = place.value;
  const [draft, setDraft] = useState<RuleDraft>();
  const endpoints = useApi<Items<EndpointItem>>(pathOf(['mirrors', mirror.name, 'endpoints']));
  const arms = ['primary', 'candidate', ...(sample.control ? ['control'] : [])];
  const headers = headerRows(sample, 'header');
  const trailers = headerRows(sample, 'trailer');
  return (
    <>
      <section class="panel flowing">
        <Head sample={sample} siblings={siblings} />
        <Arms mirror={mirror} sample={sample} />
        <DifferenceList
          sample={sample}
          onIgnore={(path) => setDraft({ ...NO_DRAFT, path, endpoint: sample.endpoint })}
        />
      </section>
      <RunAgain mirror={mirror.name} sample={sample} />
      <BodyView sample={sample} arms={arms} wanted={wanted} />
      <section class="panel">
        <div class="panel-head">
          <h2>Headers</h2>
        </div>
        <SideBySide caption="Headers of the answers" arms={arms} rows={headers} />
        {trailers.length > 0 && (
          <>
            <h3 class="request-part">Trailers</h3>
            <SideBySide caption="Trailers of the answers" arms={arms} rows={trailers} />
          </>
        )}
        <h3 class="request-part">Of the request</h3>
        <p class="quiet">What capture takes of it; never cookies or credentials.</p>
        <dl class="pairs mono">
          {sample.requestHeaders.map(([name, value]) => (
            <div key={`${name} ${value}`}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      {draft && (
        <RuleDialog
          mirror={mirror.name}
          initial={draft}
          endpoints={endpoints.data?.items.map(({ endpoint }) => endpoint) ?? []}
          onClose={() => setDraft(undefined)}
        />
      )}
    </>
  );
}

function Head({ sample, siblings }: Omit<SampleOfProps, 'mirror'>) {
  const { id, method, path, at, endpoint, version, reason, segment } = sample;
  const nowMs = useNow();
  const group = place.value;
  const position = siblings.findIndex((sibling) => sibling.id === id);
  const others = { previous: siblings[position - 1]?.id, next: siblings[position + 1]?.id };
  const hrefOf = (sampleId: string) => hrefTo({ sample: sampleId });
  useKeys({
    k: others.previous && (() => goTo({ sample: others.previous })),
    j: position >= 0 && others.next ? () => goTo({ sample: others.next }) : undefined,
  });
  return (
    <>
      <div class="panel-head">
        <h1 class="request-title">
          <span class="request-method">{method}</span> <code>{path}</code>
        </h1>
        <div class="toolbar">
          {position >= 0 && siblings.length > 1 && (
            <nav class="steps" aria-label="Requests of this group">
              <StepLink
                href={others.previous && hrefOf(others.previous)}
                label="Previous request"
                shortcut="k"
                sign="←"
              />
              <span class="quiet">
                {position + 1} of {siblings.length}
              </span>
              <StepLink href={others.next && hrefOf(others.next)} label="Next request" shortcut="j" sign="→" />
            </nav>
          )}
          <CopyButton textOf={() => location.href} title="The address of this view">
            Copy link
          </CopyButton>
        </div>
      </div>
      <p class="facts">
        <span title={at}>
          {clock(at, nowMs)} <span class="quiet">({ago(at, nowMs)})</span>
        </span>
        <a href={hrefTo({ screen: 'fields', endpoint })}>{endpoint}</a>
        {version !== null && <span>candidate {version}</span>}
        <span>{reason === 'segment' ? `segment ${segment}` : 'sample'}</span>
        <span class="quiet">
          exchange <code>{id}</code>
        </span>
        {group.path !== undefined && (
          <a href={hrefTo({ screen: 'groups', endpoint, path: group.path, kind: group.kind })}>
            group <code>{group.path || 'body'}</code>
          </a>
        )}
      </p>
    </>
  );
}

interface StepLinkProps {
  readonly href: string | undefined;
  readonly label: string;
  readonly shortcut: string;
  readonly sign: string;
}

function StepLink({ href, label, shortcut, sign }: StepLinkProps) {
  if (href === undefined || href === '') {
    return (
      <span class="button is-off" aria-hidden="true">
        {sign}
      </span>
    );
  }
  return (
    <a class="button" href={href} aria-label={label} title={`${label} (${shortcut})`} aria-keyshortcuts={shortcut}>
      {sign}
    </a>
  );
}

/** Single keys for the whole screen, but never while somebody writes or chooses. */
function useKeys(actions: Readonly<Record<string, (() => void) | undefined | ''>>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.target instanceof Element && event.target.closest('input, select, textarea, dialog')) return;
      const act = actions[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  });
}
