import { type LatencyArm, type LatencyFigures, type LatencyItem, pathOf } from '../../api/index.ts';
import {
  count,
  DataTable,
  Empty,
  logScale,
  milliseconds,
  percent,
  plural,
  pValue,
  Ready,
  ViewSettings,
} from '../../parts/index.ts';
import { hrefTo, place, useApi } from '../../state/index.ts';
import type { ScreenProps } from '../screen.ts';
import { ShiftBar } from './shift-bar.tsx';

interface LatencyReport {
  readonly epoch: number;
  readonly items: readonly LatencyItem[];
}

const ARMS = ['primary', 'candidate', 'control'] as const;
type ArmName = (typeof ARMS)[number];

interface Row {
  readonly key: string;
  /** Of an endpoint, or of a stratum of the one that is selected. */
  readonly name: string;
  readonly isPart: boolean;
  readonly figures: LatencyFigures;
}

/** How fast and how faulty each arm answers, and whether the candidate's difference is more than chance. */
export function LatencyAndErrors({ mirror }: ScreenProps) {
  const { epoch, endpoint } = place.value;
  const loaded = useApi<LatencyReport>(pathOf(['mirrors', mirror.name, 'latency'], { epoch }), {
    topics: ['comparison'],
  });
  return (
    <>
      <ViewSettings />
      <section class="panel" aria-labelledby="latency-title">
        <div class="panel-head">
          <h1 id="latency-title">Latency, until the last byte</h1>
          <span class="legend">
            <span class="key is-primary">{mirror.primary}</span>
            <span class="key">{mirror.shadow}</span>
            {mirror.control !== undefined && <span class="key is-control">{mirror.control}</span>}
            <span>p50 to p99, tick at p90</span>
          </span>
        </div>
        <Ready loaded={loaded} what="latencies">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Nothing has been compared yet">Latencies come with the first pairs.</Empty>
            ) : (
              <>
                <LatencyTable items={items} selected={endpoint} />
                <p class="quiet foot">
                  Of compared pairs, so the arms answered the same requests. Envoy's own replies count apart and are in
                  no latency. The shift is held against{' '}
                  {mirror.control === undefined
                    ? 'the primary, whose figures include its way through the listener'
                    : 'the control, which is measured where the candidate is'}
                  : the median of all differences (Hodges-Lehmann) with its 95% interval; p is of Mann-Whitney. A row
                  opens its segments.
                </p>
              </>
            )
          }
        </Ready>
      </section>
      {loaded.data && loaded.data.items.length > 0 && (
        <section class="panel" aria-labelledby="errors-title">
          <div class="panel-head">
            <h2 id="errors-title">Errors</h2>
            <span class="quiet">5xx decide the difference; 4xx and Envoy's own replies stand beside them</span>
          </div>
          <ErrorTable items={loaded.data.items} />
        </section>
      )}
    </>
  );
}

function rowsOf(items: readonly LatencyItem[], selected: string | undefined): Row[] {
  return items.flatMap((item) => [
    { key: item.endpoint, name: nameOf(item.endpoint), isPart: false, figures: item },
    ...(item.endpoint === selected
      ? item.strata.toSorted(bySegment).map((stratum) => ({
          key: `${item.endpoint} ${stratum.segment ?? ''} ${stratum.reason}`,
          name: stratum.segment ?? 'everyone else',
          isPart: true,
          figures: stratum,
        }))
      : []),
  ]);
}

/** Segments by name, everyone else last. */
function bySegment(one: { readonly segment?: string }, other: { readonly segment?: string }): number {
  if (one.segment === undefined || other.segment === undefined) return one.segment === undefined ? 1 : -1;
  return one.segment < other.segment ? -1 : 1;
}

function nameOf(endpoint: string): string {
  return endpoint === '*' ? 'all endpoints' : endpoint;
}

function LatencyTable({ items, selected }: { items: readonly LatencyItem[]; selected: string | undefined }) {
  const rows = rowsOf(items, selected);
  const values = rows.flatMap(({ figures: { arms } }) =>
    ARMS.flatMap((name) => [arms[name]?.p50Ms ?? 0, arms[name]?.p99Ms ?? 0]),
  );
  const scale = logScale(values);
  const most = Math.max(
    ...rows.flatMap(({ figures: { shift } }) => (shift ? [Math.abs(shift.lowMs), Math.abs(shift.highMs)] : [])),
    0.1,
  );
  return (
    <DataTable
      caption="Latency by endpoint and arm"
      rows={rows}
      keyOf={({ key }) => key}
      selected={selected}
      link={{
        column: 'endpoint',
        href: ({ key, isPart }) => hrefTo({ endpoint: key === selected || isPart ? undefined : key }),
      }}
      columns={[
        {
          id: 'endpoint',
          title: 'endpoint',
          className: 'is-endpoint',
          cell: ({ name, isPart }) => (isPart ? <span class="part-of">{name}</span> : <code>{name}</code>),
        },
        { id: 'pairs', title: 'pairs', align: 'right', cell: ({ figures }) => count(figures.arms.primary.count) },
        {
          id: 'span',
          title: <Axis scale={scale} />,
          label: 'p50 to p99',
          className: 'is-span',
          cell: ({ figures }) => <Spans figures={figures} scale={scale} />,
        },
        { id: 'p50', title: 'p50', align: 'right', cell: ({ figures }) => <Percentile figures={figures} of="p50Ms" /> },
        { id: 'p90', title: 'p90', align: 'right', cell: ({ figures }) => <Percentile figures={figures} of="p90Ms" /> },
        { id: 'p99', title: 'p99', align: 'right', cell: ({ figures }) => <Percentile figures={figures} of="p99Ms" /> },
        {
          id: 'shift',
          title: 'shift of the candidate',
          label: 'shift',
          className: 'is-shift',
          cell: ({ figures: { shift } }) =>
            shift ? (
              <span class="shift-cell">
                <ShiftBar value={shift.ms} low={shift.lowMs} high={shift.highMs} most={most} write={milliseconds} />
                <span title={`p ${pValue(shift.pValue)}`}>{signed(shift.ms, milliseconds)}</span>
              </span>
            ) : (
              <span class="quiet">too few pairs</span>
            ),
        },
      ]}
    />
  );
}

type Scale = ReturnType<typeof logScale>;

function Axis({ scale }: { scale: Scale }) {
  return (
    <span class="span-axis" aria-hidden="true">
      {scale.ticks.map((tick) => (
        <span key={tick} style={{ left: `${scale.position(tick)}%` }}>
          {milliseconds(tick)}
        </span>
      ))}
    </span>
  );
}

function Spans({ figures: { arms }, scale }: { figures: LatencyFigures; scale: Scale }) {
  return (
    <span class="spans" aria-hidden="true">
      {scale.ticks.map((tick) => (
        <span key={tick} class="interval-tick" style={{ left: `${scale.position(tick)}%` }} />
      ))}
      {ARMS.map((name) => {
        const arm = arms[name];
        return arm && <Span key={name} name={name} arm={arm} scale={scale} />;
      })}
    </span>
  );
}

function Span({ name, arm: { p50Ms, p90Ms, p99Ms }, scale }: { name: ArmName; arm: LatencyArm; scale: Scale }) {
  if (p50Ms === null || p90Ms === null || p99Ms === null) return <span class="span-row" />;
  const from = scale.position(p50Ms);
  return (
    <span class={`span-row is-${name}`}>
      <span class="span-line" style={{ left: `${from}%`, width: `${Math.max(scale.position(p99Ms) - from, 0.5)}%` }} />
      <span class="span-dot" style={{ left: `${from}%` }} />
      <span class="span-tick" style={{ left: `${scale.position(p90Ms)}%` }} />
    </span>
  );
}

/** Primary above candidate, so that digits stand below digits. */
function Percentile({ figures: { arms }, of }: { figures: LatencyFigures; of: 'p50Ms' | 'p90Ms' | 'p99Ms' }) {
  const text = (arm: LatencyArm | undefined) => (arm?.[of] == null ? '–' : milliseconds(arm[of]));
  return (
    <span class="percentiles">
      <span title="primary">{text(arms.primary)}</span>
      <span class="is-candidate-text" title="candidate">
        {text(arms.candidate)}
      </span>
    </span>
  );
}

function ErrorTable({ items }: { items: readonly LatencyItem[] }) {
  const most = Math.max(
    ...items.flatMap(({ errors }) => (errors ? [Math.abs(errors.low), Math.abs(errors.high)] : [])),
    0.001,
  );
  const rate = (arm: LatencyArm | undefined, of: 'errors' | 'clientErrors') =>
    arm && arm.count > 0 ? percent(arm[of] / arm.count) : '–';
  const cells = (of: 'errors' | 'clientErrors') => (item: LatencyItem) => (
    <>
      {rate(item.arms.primary, of)} <span class="quiet">→</span> <strong>{rate(item.arms.candidate, of)}</strong>
    </>
  );
  const replies = ({ arms }: LatencyItem) => ARMS.reduce((sum, name) => sum + (arms[name]?.localReplies ?? 0), 0);
  return (
    <DataTable
      caption="Errors by endpoint and arm"
      rows={items}
      keyOf={({ endpoint }) => endpoint}
      columns={[
        {
          id: 'endpoint',
          title: 'endpoint',
          className: 'is-endpoint',
          cell: ({ endpoint }) => <code>{nameOf(endpoint)}</code>,
        },
        { id: 'server', title: '5xx, primary → candidate', label: '5xx', align: 'right', cell: cells('errors') },
        {
          id: 'difference',
          title: 'difference of 5xx',
          label: 'difference',
          className: 'is-shift',
          cell: ({ errors }) =>
            errors && (
              <span class="shift-cell">
                <ShiftBar value={errors.difference} low={errors.low} high={errors.high} most={most} write={percent} />
                <span>{signed(errors.difference, percent)}</span>
              </span>
            ),
        },
        { id: 'client', title: '4xx, primary → candidate', label: '4xx', align: 'right', cell: cells('clientErrors') },
        {
          id: 'replies',
          title: "Envoy's own replies",
          align: 'right',
          cell: (item) =>
            replies(item) === 0 ? <span class="quiet">none</span> : plural(replies(item), 'reply', 'replies'),
        },
      ]}
    />
  );
}

function signed(value: number, write: (size: number) => string): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : '±'}${write(Math.abs(value))}`;
}
