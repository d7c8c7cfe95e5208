import type { ComponentChildren } from 'preact';
import { type EnvoyStatus, type HealthReport, type Items, pathOf } from '../../api/index.ts';
import { ago, count, Empty, percent, plural, Ready, useNow } from '../../parts/index.ts';
import { useApi } from '../../state/index.ts';
import { causeMeaning, causeName } from '../causes.ts';
import type { ScreenProps } from '../screen.ts';
import { Brake } from './brake.tsx';
import { counterName } from './counter-name.ts';
import { FilterMachines } from './filter-machines.tsx';
import { Guards } from './guards.tsx';
import { WayOut } from './way-out.tsx';

type EnvoyHealth = HealthReport['envoys'][number];
type Copies = EnvoyHealth['candidate'];

/** Envoys report every few seconds; nothing tells of it. */
const EVERY_MS = 5_000;

/** Whether copies and captured answers arrive, Envoy by Envoy. */
export function Health({ mirror }: ScreenProps) {
  const health = useApi<HealthReport>(pathOf(['mirrors', mirror.name, 'health']), {
    topics: ['envoys', 'policy'],
    everyMs: EVERY_MS,
  });
  const envoys = useApi<Items<EnvoyStatus>>(pathOf(['envoys']), { topics: ['envoys', 'policy'] });
  const notes = health.data?.notes ?? [];
  return (
    <>
      {notes.length > 0 && (
        <section class="panel" aria-labelledby="notes-title">
          <h2 id="notes-title">To look at</h2>
          {notes.map((note) => (
            <p key={note} class="note">
              {note}
            </p>
          ))}
        </section>
      )}
      <Brake mirror={mirror.name} />
      <FilterMachines />
      <Guards mirror={mirror.name} />
      <WayOut receivers={[mirror.shadow, mirror.control]} />
      <Ready loaded={health} what="figures of its Envoys">
        {(report) => (
          <>
            {report.envoys.length === 0 && (
              <Empty title="No Envoy has told what it counts">
                <code>shadowplane envoy bootstrap</code> prints a bootstrap that reports; <code>shadowplane up</code>{' '}
                runs one.
              </Empty>
            )}
            {report.envoys.map((envoy) => (
              <EnvoyPanel
                key={envoy.node}
                envoy={envoy}
                status={envoys.data?.items.find(({ node }) => node === envoy.node)}
                shadow={mirror.shadow}
                control={mirror.control}
              />
            ))}
            <Lost report={report} />
          </>
        )}
      </Ready>
    </>
  );
}

interface EnvoyPanelProps {
  readonly envoy: EnvoyHealth;
  readonly status: EnvoyStatus | undefined;
  readonly shadow: string;
  readonly control: string | undefined;
}

function EnvoyPanel({ envoy, status, shadow, control }: EnvoyPanelProps) {
  const nowMs = useNow();
  const { node, connected, lastReportAt, candidate, capture, filter } = envoy;
  return (
    <section class="panel" aria-label={`Envoy ${node}`}>
      <div class="panel-head">
        <h2>
          <code>{node}</code>
        </h2>
        <span class={`badge ${connected ? 'is-same' : 'is-different'}`}>{connected ? 'reports' : 'silent'}</span>
        <span class="quiet">
          {status?.version && `Envoy ${status.version}, `}
          {ago(lastReportAt, nowMs)}
        </span>
      </div>
      {status?.lastRejection && (
        <p class="note">
          It refused a change of {status.lastRejection.type} {ago(status.lastRejection.at, nowMs)}:{' '}
          {status.lastRejection.message}
        </p>
      )}
      <div class="health">
        <CopiesTable shadow={shadow} candidate={candidate} control={control} controlCopies={envoy.control} />
        <div class="health-side">
          <h3>Captured answers</h3>
          {capture ? (
            <Figures>
              <Figure name="delivered" value={count(capture.delivered)} />
              {Object.entries(capture.dropped).map(([cause, value]) => (
                <Figure key={cause} name={`dropped, ${causeName(cause)}`} value={count(value)} isBad={value > 0} />
              ))}
              <Figure name="last batch" value={ago(capture.lastHeartbeatAt, nowMs)} />
            </Figures>
          ) : (
            <p class="quiet">None has been delivered. It must reach the address of --capture-listen.</p>
          )}
          <h3>Filter</h3>
          <Figures>
            {Object.entries(filter)
              .sort(([one], [other]) => (one < other ? -1 : 1))
              .map(([name, value]) => (
                <Figure key={name} name={counterName(name)} value={count(value)} />
              ))}
          </Figures>
        </div>
      </div>
    </section>
  );
}

interface CopiesTableProps {
  readonly shadow: string;
  readonly candidate: Copies;
  readonly control: string | undefined;
  readonly controlCopies: Copies | undefined;
}

const TROUBLES = [
  ['overflow', 'refused, breaker open'],
  ['timeouts', 'timed out'],
  ['resets', 'reset'],
  ['connectFailures', 'could not connect'],
] as const;

function CopiesTable({ shadow, candidate, control, controlCopies }: CopiesTableProps) {
  const sides = [
    { name: shadow, role: 'candidate', copies: candidate },
    ...(controlCopies ? [{ name: control ?? 'control', role: 'control', copies: controlCopies }] : []),
  ];
  const classes = [...new Set(sides.flatMap(({ copies }) => Object.keys(copies.responses)))].sort();
  const line = (name: string, cell: (copies: Copies) => ComponentChildren) => (
    <tr key={name}>
      <th scope="row">{name}</th>
      {sides.map(({ role, copies }) => (
        <td key={role} class="is-right">
          {cell(copies)}
        </td>
      ))}
    </tr>
  );
  const bad = (value: number, of: number) =>
    value === 0 ? (
      <span class="quiet">0</span>
    ) : (
      <span class="is-bad">
        {count(value)} <span class="quiet">{percent(value / Math.max(of, 1))}</span>
      </span>
    );
  return (
    <table class="table health-table">
      <caption class="hidden">Copies by receiver</caption>
      <thead>
        <tr>
          <th scope="col">copies</th>
          {sides.map(({ name, role }) => (
            <th key={role} scope="col" class="is-right">
              <span class={`arm is-${role}`}>{name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {line('sent', ({ sent }) => count(sent))}
        {line('under way, of at most', ({ active, breaker }) => (
          <Breaker active={active} breaker={breaker} />
        ))}
        {TROUBLES.map(([key, name]) => line(name, (copies) => bad(copies[key], copies.sent)))}
        {classes.map((status) =>
          line(`answered ${status}`, ({ responses, sent }) => {
            const value = responses[status] ?? 0;
            return status === '5xx' ? (
              bad(value, sent)
            ) : (
              <>
                {count(value)} <span class="quiet">{percent(value / Math.max(sent, 1))}</span>
              </>
            );
          }),
        )}
      </tbody>
    </table>
  );
}

/** How full the circuit breaker is: what is under way of what may be. */
function Breaker({ active, breaker: { open, maxRequests } }: { active: number; breaker: Copies['breaker'] }) {
  return (
    <span class="breaker">
      {open && <span class="badge is-different">breaker open</span>}
      <span>
        {count(active)} <span class="quiet">of {count(maxRequests)}</span>
      </span>
      <span class="breaker-bar" role="img" aria-label={`${active} of ${maxRequests} under way`}>
        <span
          class="bar-part is-candidate"
          style={{ width: `${Math.min(100, (active / Math.max(maxRequests, 1)) * 100)}%` }}
        />
      </span>
    </span>
  );
}

function Figures({ children }: { children: ComponentChildren }) {
  return <dl class="figures">{children}</dl>;
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly isBad?: boolean;
}

function Figure({ name, value, isBad = false }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={isBad ? 'is-bad' : ''}>{value}</dd>
    </div>
  );
}

function Lost({ report: { lost, controlLost } }: { report: HealthReport }) {
  const causes = [...new Set([...Object.keys(lost), ...Object.keys(controlLost)])] as Array<keyof typeof lost>;
  const total = Object.values(lost).reduce((sum, value) => sum + value, 0);
  return (
    <section class="panel" aria-labelledby="lost-title">
      <div class="panel-head">
        <h2 id="lost-title">Copies that were not compared</h2>
        <span class="quiet">{plural(total, 'copy', 'copies')}, all Envoys and epochs</span>
      </div>
      {causes.length === 0 ? (
        <p class="quiet">None was lost.</p>
      ) : (
        <table class="table">
          <caption class="hidden">Losses by cause</caption>
          <thead>
            <tr>
              <th scope="col">cause</th>
              <th scope="col" class="is-right">
                lost
              </th>
              <th scope="col" class="is-right">
                only the control's
              </th>
              <th scope="col">what it means</th>
            </tr>
          </thead>
          <tbody>
            {causes.map((cause) => (
              <tr key={cause}>
                <td data-label="cause">{causeName(cause)}</td>
                <td class="is-right" data-label="lost">
                  {count(lost[cause] ?? 0)}
                </td>
                <td class="is-right" data-label="control's">
                  {count(controlLost[cause] ?? 0)}
                </td>
                <td class="quiet" data-label="meaning">
                  {causeMeaning(cause)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
