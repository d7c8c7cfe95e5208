import { type EndpointItem, type Items, pathOf, type SeriesReport, type VerdictReport } from '../../api/index.ts';
import {
  type Column,
  count,
  DataTable,
  duration,
  Empty,
  IntervalAxis,
  IntervalBar,
  percent,
  plural,
  Ready,
  Sparkline,
  VerdictBadge,
  ViewSettings,
} from '../../parts/index.ts';
import { hrefTo, place, useApi } from '../../state/index.ts';
import type { ScreenProps } from '../screen.ts';
import { minutesOf, spanOf } from '../series.ts';

const TOPICS = ['comparison', 'rules'] as const;

/** Endpoints by what differs there beyond noise; and which still lack pairs. */
export function Endpoints({ mirror: { name } }: ScreenProps) {
  const { epoch, range } = place.value;
  const loaded = useApi<Items<EndpointItem>>(pathOf(['mirrors', name, 'endpoints'], { epoch }), { topics: TOPICS });
  const series = useApi<SeriesReport>(pathOf(['mirrors', name, 'series'], { minutes: minutesOf(range) }), {
    topics: TOPICS,
  });
  const verdict = useApi<VerdictReport>(pathOf(['mirrors', name, 'verdict'], { epoch }), { topics: TOPICS });
  const margin = verdict.data?.marginRate;
  return (
    <>
      <ViewSettings range="the course over time" />
      <section class="panel" aria-labelledby="endpoints-title">
        <div class="panel-head">
          <h1 id="endpoints-title">Endpoints by impact</h1>
          {loaded.data && loaded.data.items.length > 0 && <Coverage items={loaded.data.items} />}
        </div>
        <Ready loaded={loaded} what="endpoints">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No endpoint has been compared yet">
                Endpoints are learnt from the requests that are copied.{' '}
                <a href={hrefTo({ screen: 'overview' })}>Overview</a> shows how many are.
              </Empty>
            ) : (
              <DataTable
                caption="Endpoints by impact"
                rows={items}
                keyOf={({ endpoint }) => endpoint}
                link={{ column: 'endpoint', href: ({ endpoint }) => hrefTo({ screen: 'fields', endpoint }) }}
                columns={columnsOf(margin, series.data)}
              />
            )
          }
        </Ready>
      </section>
    </>
  );
}

function columnsOf(margin: number | undefined, series: SeriesReport | undefined): Column<EndpointItem>[] {
  return [
    {
      id: 'rank',
      title: '#',
      align: 'right',
      className: 'is-rank',
      cell: ({ rank }) => rank,
      sortBy: ({ rank }) => rank,
    },
    {
      id: 'endpoint',
      title: 'endpoint',
      className: 'is-endpoint',
      cell: ({ endpoint }) => <Endpoint text={endpoint} />,
      sortBy: ({ endpoint }) => endpoint.replace(/^\S+ /, ''),
    },
    { id: 'verdict', title: 'verdict', cell: ({ verdict }) => <VerdictBadge verdict={verdict} /> },
    {
      id: 'differ',
      title: 'differ beyond noise',
      align: 'right',
      cell: ({ differing, compared, mismatch }) => (
        <>
          {count(Math.round(mismatch.rate * compared))} <span class="quiet">of {count(compared)}</span>
          <br />
          <span class="quiet" title="Pairs that differ in anything, noise among it">
            {count(differing)} raw
          </span>
        </>
      ),
      sortBy: ({ mismatch, compared }) => mismatch.rate * compared,
    },
    {
      id: 'mismatch',
      title: <IntervalAxis margin={margin} />,
      label: 'beyond noise',
      className: 'is-interval',
      cell: ({ mismatch, verdict }) => <IntervalBar {...mismatch} margin={margin} tone={verdict} />,
    },
    {
      id: 'fields',
      title: 'fields',
      cell: ({ fields }) => <Fields fields={fields} />,
      sortBy: ({ fields }) => fields.different,
    },
    {
      id: 'course',
      title: 'course',
      className: 'is-course',
      cell: ({ endpoint, compared, differing }) => {
        const points = series?.items.find((item) => item.endpoint === endpoint)?.points;
        return (
          series &&
          points && (
            <Sparkline
              points={points}
              {...spanOf(series, place.value.range)}
              label={`${count(compared)} pairs, ${percent(differing / Math.max(compared, 1))} of them differ (raw, with noise)`}
            />
          )
        );
      },
    },
    { id: 'coverage', title: 'pairs missing', align: 'right', cell: (item) => <Missing item={item} /> },
  ];
}

function Endpoint({ text }: { text: string }) {
  const [method, ...path] = text.split(' ');
  return (
    <code class="endpoint">
      <span class="method">{method}</span> <span>{path.join(' ')}</span>
    </code>
  );
}

function Fields({ fields: { different, seen, noise } }: { fields: EndpointItem['fields'] }) {
  const parts = [
    { value: different, word: 'different', sign: '≠', tone: 'is-different' },
    { value: seen, word: 'seen', sign: '~', tone: 'is-seen' },
    { value: noise, word: 'noise', sign: '∿', tone: 'is-noise' },
  ].filter(({ value }) => value > 0);
  if (parts.length === 0) return <span class="quiet">none differs</span>;
  return (
    <span class="field-counts">
      {parts.map(({ value, word, sign, tone }) => (
        <span key={word} class={tone} title={word}>
          <span aria-hidden="true">{sign}</span> {value}
          <span class="hidden"> {word}</span>
        </span>
      ))}
    </span>
  );
}

function Missing({ item: { verdict, coverage, strata } }: { item: EndpointItem }) {
  const { missing, expectedInMs } = coverage;
  if (verdict !== 'not-enough-data') return <span class="quiet">decided</span>;
  if (missing === null) {
    return (
      <span class="quiet" title="The rate so far is above the margin: more pairs will show whether it is different">
        not at this rate
      </span>
    );
  }
  return (
    <>
      {count(missing)}
      {expectedInMs !== null && <span class="quiet">, {duration(expectedInMs)}</span>}
      {strata.length > 1 && (
        <span class="quiet" title={strata.map(missingOf).join('; ')}>
          <br />
          in all; each segment needs up to {count(Math.max(...strata.map((part) => part.missing ?? 0)))}
        </span>
      )}
    </>
  );
}

function missingOf({ segment, missing }: EndpointItem['strata'][number]): string {
  const needs = missing === 0 ? 'decided' : missing === null ? 'not at this rate' : `needs ${plural(missing, 'pair')}`;
  return `${segment ?? 'everyone else'} ${needs}`;
}

/** How much of the mirror is decided at all, and when the rest will be. */
function Coverage({ items }: { items: readonly EndpointItem[] }) {
  const undecided = items.filter(({ verdict }) => verdict === 'not-enough-data');
  const times = undecided.flatMap(({ coverage: { expectedInMs } }) => expectedInMs ?? []);
  const decided = `${items.length - undecided.length} of ${plural(items.length, 'endpoint')} decided`;
  return (
    <span class="quiet">
      {decided}
      {times.length > 0 && `; the last of the others that can be the same in ${duration(Math.max(...times))}`}
    </span>
  );
}
