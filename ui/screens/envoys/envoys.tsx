import { type EnvoyAnswer, type EnvoyItem, type Items, pathOf, type SecretView } from '../../api/index.ts';
import { ago, count, Empty, Figure, plural, Ready, useNow } from '../../parts/index.ts';
import { useApi } from '../../state/index.ts';
import type { ScreenProps } from '../screen.ts';
import { Secrets } from './secrets.tsx';

/** Counts and problems come with no event. */
const EVERY_MS = 5_000;

export function Envoys({ mirror: { revision } }: ScreenProps) {
  return <EnvoyPanels newest={revision} />;
}

/** Every Envoy with what it runs and lacks, in its own words what it refused, and who was turned away. */
export function EnvoyPanels({ newest }: { newest: number | undefined }) {
  const topics = ['envoys', 'policy'] as const;
  const envoys = useApi<EnvoyAnswer>(pathOf(['envoys']), { topics, everyMs: EVERY_MS });
  const secrets = useApi<Items<SecretView>>(pathOf(['secrets']), { topics, everyMs: EVERY_MS });
  return (
    <Ready loaded={envoys} what="Envoys">
      {({ items, gone = [], refused = [] }) => (
        <>
          {items.length === 0 && (
            <Empty title="No Envoy is connected">
              <code>shadowplane envoy bootstrap</code> prints what one of your own starts with.
            </Empty>
          )}
          {items.map((envoy) => (
            <EnvoyPanel key={envoy.node} envoy={envoy} newest={newest} />
          ))}
          {(refused.length > 0 || gone.length > 0) && <Absent refused={refused} gone={gone} />}
          {secrets.data && secrets.data.items.length > 0 && <Secrets items={secrets.data.items} />}
        </>
      )}
    </Ready>
  );
}

function EnvoyPanel({ envoy, newest }: { envoy: EnvoyItem; newest: number | undefined }) {
  const nowMs = useNow();
  const { node, version, connectedSince, revision, behindSince, copies, setup, problems = [] } = envoy;
  return (
    <section class="panel" aria-label={`Envoy ${node}`}>
      <div class="panel-head">
        <h2>
          <code>{node}</code>
        </h2>
        <State envoy={envoy} nowMs={nowMs} />
        <span class="quiet">{version ? `Envoy ${version}` : 'says no version'}</span>
      </div>
      <Refusal envoy={envoy} nowMs={nowMs} />
      {problems.map(({ code, message, remedy }) => (
        <div key={code} class="problem">
          <p>
            <strong>{message}</strong> <code class="quiet">{code}</code>
          </p>
          <p>{remedy}</p>
        </div>
      ))}
      <dl class="figures envoy-figures">
        <Figure name="revision in use">
          {revision ?? 'none that is known'}
          {newest !== undefined && revision !== null && revision < newest && <span class="quiet"> of {newest}</span>}
        </Figure>
        {behindSince !== null && <Figure name="behind since">{ago(behindSince, nowMs)}</Figure>}
        <Figure name="connected">{ago(connectedSince, nowMs)}</Figure>
        {setup && <Figure name="listener">{setup.listener === 'own' ? 'its own' : 'from here'}</Figure>}
        {copies && <Figure name="copies sent">{count(copies.sent)}</Figure>}
      </dl>
      <details>
        <summary>What it was sent, type by type</summary>
        <TypesTable types={envoy.types} />
      </details>
    </section>
  );
}

function State({ envoy: { lastRejection, behindSince }, nowMs }: { envoy: EnvoyItem; nowMs: number }) {
  if (lastRejection) return <span class="badge is-different">✗ refuses a change</span>;
  if (behindSince !== null)
    return <span class="badge is-not-enough-data">… behind, since {ago(behindSince, nowMs)}</span>;
  return <span class="badge is-same">✓ has all in use</span>;
}

/** What it refuses now; else what it has refused last, which was taken back. */
function Refusal({ envoy: { lastRejection, rejectedRevision }, nowMs }: { envoy: EnvoyItem; nowMs: number }) {
  const told = lastRejection ?? rejectedRevision;
  if (!told) return null;
  const which = rejectedRevision ? ` of revision ${rejectedRevision.revision}` : '';
  return (
    <div class="note">
      <p>
        It refused {told.type}
        {which}, {ago(told.at, nowMs)}
        {lastRejection ? '' : '; that has been taken back since'}. In its own words:
      </p>
      <pre class="words">{told.message}</pre>
    </div>
  );
}

interface Versions {
  readonly sent: string | null;
  readonly acked: string | null;
}

function TypesTable({ types }: { types: EnvoyItem['types'] }) {
  const rows = Object.entries(types as Readonly<Record<string, Versions>>);
  return (
    <table class="table">
      <caption class="hidden">Resource types</caption>
      <thead>
        <tr>
          <th scope="col">type</th>
          <th scope="col">sent</th>
          <th scope="col">in use</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([type, { sent, acked }]) => (
          <tr key={type}>
            <th scope="row">{type}</th>
            <td data-label="sent">
              <code>{sent ?? 'nothing new'}</code>
            </td>
            <td data-label="in use">
              <code>{acked ?? 'nothing yet'}</code>
              {sent !== null && sent !== acked && <span class="is-bad"> not what was sent</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Who is not here: turned away, or gone. */
function Absent({ refused, gone }: Required<Pick<EnvoyAnswer, 'refused' | 'gone'>>) {
  const nowMs = useNow();
  return (
    <section class="panel flowing" aria-labelledby="absent-title">
      <h2 id="absent-title">Turned away, or gone</h2>
      <table class="table">
        <caption class="hidden">Envoys that are not served</caption>
        <thead>
          <tr>
            <th scope="col">node</th>
            <th scope="col">what happened</th>
            <th scope="col">from</th>
            <th scope="col" class="is-right">
              last
            </th>
          </tr>
        </thead>
        <tbody>
          {refused.map(({ node, from, reason, times, at }) => (
            <tr key={`refused ${node}`}>
              <td data-label="node">
                <code>{node || '(without a name)'}</code>
              </td>
              <td data-label="what happened">
                <span>
                  <span class="badge is-different">✗ turned away</span> {plural(times, 'time')}: {reason}
                </span>
              </td>
              <td data-label="from">
                <code>{from}</code>
              </td>
              <td class="is-right" data-label="last">
                {ago(at, nowMs)}
              </td>
            </tr>
          ))}
          {gone.map(({ node, since }) => (
            <tr key={`gone ${node}`}>
              <td data-label="node">
                <code>{node}</code>
              </td>
              <td data-label="what happened">has left and not come back</td>
              <td data-label="from" />
              <td class="is-right" data-label="last">
                {ago(since, nowMs)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
