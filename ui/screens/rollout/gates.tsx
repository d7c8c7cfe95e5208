import type { RolloutView } from '../../api/index.ts';
import { ago, count, DataTable, duration, percent, useNow } from '../../parts/index.ts';
import { BOUND_AT, boundScale } from './bound-scale.ts';
import { waitMsOf } from './progress.ts';

type Gate = RolloutView['gates'][number];
type Outcome = Gate['outcome'];

const OUTCOMES: Readonly<Record<Outcome, readonly [sign: string, word: string, tone: string]>> = {
  pass: ['✓', 'pass', 'same'],
  fail: ['✗', 'fail', 'different'],
  'not-enough-data': ['…', 'not enough data', 'not-enough-data'],
};

const NAMES: Readonly<Record<Gate['gate'], readonly [name: string, meaning: string]>> = {
  differences: ['differences', 'pairs beyond noise'],
  errors: ['errors', 'more failures than primary'],
  latencyP99: ['latency p99', 'longer than primary'],
};

/** What has to be good before the next step: every gate in every stratum, and what others say. */
export function Gates({ view: { gates, checks, elapsedMs, plan } }: { view: RolloutView }) {
  return (
    <section class="panel gates" aria-labelledby="gates-title">
      <div class="panel-head">
        <h2 id="gates-title">Gates of this step</h2>
        <span class="legend">
          <span class="key is-interval">interval that holds however often one looks</span>
          <span class="key is-margin">bound</span>
        </span>
      </div>
      {gates.length === 0 ? (
        <p class="quiet">{noGates(plan)}</p>
      ) : (
        <DataTable
          caption="Gates by stratum"
          rows={gates}
          keyOf={({ gate, stratum }) => `${gate} ${stratum}`}
          columns={[
            {
              id: 'outcome',
              title: 'outcome',
              className: 'is-outcome',
              cell: ({ outcome }) => <OutcomeBadge outcome={outcome} />,
            },
            { id: 'gate', title: 'gate', className: 'is-gate', cell: ({ gate }) => <GateName gate={gate} /> },
            { id: 'stratum', title: 'of', className: 'is-of', cell: whom },
            {
              id: 'bar',
              title: <span class="bound-axis">← good · bound · bad →</span>,
              label: 'against bound',
              className: 'is-bound',
              cell: (gate) => <BoundBar gate={gate} />,
            },
            {
              id: 'figure',
              title: 'measured',
              align: 'right',
              className: 'is-figure',
              cell: (gate) => <Figure gate={gate} />,
            },
            {
              id: 'bound',
              title: 'at most',
              align: 'right',
              className: 'is-at-most',
              cell: ({ gate, atMost }) => signed(gate, atMost),
            },
            { id: 'count', title: 'rests on', align: 'right', className: 'is-count', cell: (gate) => restsOn(gate) },
            {
              id: 'more',
              title: 'needs',
              align: 'right',
              className: 'is-needs',
              cell: (gate) => <More gate={gate} elapsedMs={elapsedMs} />,
            },
          ]}
        />
      )}
      {checks.length > 0 && <Checks checks={checks} />}
    </section>
  );
}

function noGates(plan: RolloutView['plan']): string {
  if (plan !== null && Object.values(plan.gates).every((gate) => gate === undefined)) {
    return 'The plan has no gates of its own; time, pairs and what others say decide.';
  }
  return 'No figures of this step yet: they begin when every Envoy has its weights and something was compared.';
}

function OutcomeBadge({ outcome }: { outcome: Outcome }) {
  const [sign, word, tone] = OUTCOMES[outcome];
  return (
    <span class={`badge is-${tone}`}>
      <span class="badge-sign" aria-hidden="true">
        {sign}
      </span>
      {word}
    </span>
  );
}

function GateName({ gate }: { gate: Gate['gate'] }) {
  const [name, meaning] = NAMES[gate];
  return (
    <span class="gate-name">
      {name}
      <span class="quiet">{meaning}</span>
    </span>
  );
}

/** The interval in units of its bound: what stands left of the line passes, what stands right of it fails. */
function BoundBar({ gate: { gate, outcome, value, low, high, atMost } }: { gate: Gate }) {
  const { position, zeroAt } = boundScale(atMost, gate !== 'differences');
  const tone = OUTCOMES[outcome][2];
  if (value === null) return <span class="bound-bar is-empty quiet">nothing measured yet</span>;
  const from = low === null ? 0 : position(low);
  const to = high === null ? 100 : position(high);
  return (
    <span class={`interval bound-bar is-${tone}`} role="img" aria-label={intervalText({ gate, value, low, high })}>
      <span class="bound-good" style={{ width: `${BOUND_AT}%` }} />
      {zeroAt > 0 && <span class="interval-tick" style={{ left: `${zeroAt}%` }} />}
      <span class="interval-margin" style={{ left: `${BOUND_AT}%` }} />
      <span
        class={`interval-range${high === null ? ' is-open' : ''}`}
        style={{ left: `${from}%`, width: `${Math.max(to - from, 0.8)}%` }}
      />
      <span class="interval-point" style={{ left: `${position(value)}%` }} />
    </span>
  );
}

function Figure({ gate: { gate, value, low, high } }: { gate: Gate }) {
  if (value === null) return <span class="quiet">–</span>;
  return (
    <span class="gate-figure">
      <strong>{signed(gate, value)}</strong>
      <span class="quiet">
        {low === null ? 'unknown' : signed(gate, low)} to {high === null ? 'unknown' : signed(gate, high)}
      </span>
    </span>
  );
}

function More({ gate, elapsedMs }: { gate: Gate; elapsedMs: number }) {
  const { outcome, more } = gate;
  if (outcome !== 'not-enough-data') return <span class="quiet">decided</span>;
  if (more === null) return <span class="quiet">many more {unitOf(gate)}</span>;
  const waitMs = waitMsOf(gate, elapsedMs);
  const share = gate.count / Math.max(gate.count + more, 1);
  return (
    <span class="gate-more">
      <span>
        ≈ {count(more)} more {unitOf(gate)}
        {waitMs !== undefined && <span class="quiet">, {duration(waitMs)}</span>}
      </span>
      <span class="progress is-small" aria-hidden="true">
        <span class="bar-part" style={{ width: `${share * 100}%` }} />
      </span>
    </span>
  );
}

function Checks({ checks }: { checks: RolloutView['checks'] }) {
  const nowMs = useNow();
  return (
    <>
      <h3 class="checks-title">What others say</h3>
      <DataTable
        caption="External checks"
        rows={checks}
        keyOf={({ kind, name }) => `${kind} ${name}`}
        columns={[
          { id: 'outcome', title: 'outcome', cell: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
          { id: 'name', title: 'check', cell: ({ name }) => <strong>{name}</strong> },
          { id: 'kind', title: 'kind', cell: ({ kind }) => <span class="quiet">{KINDS[kind]}</span> },
          { id: 'why', title: 'it says', className: 'is-words', cell: ({ why }) => why },
          {
            id: 'at',
            title: 'asked',
            align: 'right',
            cell: ({ at }) => (at === null ? <span class="quiet">not yet</span> : ago(at, nowMs)),
          },
        ]}
      />
    </>
  );
}

function whom({ stratum, isGrpc = false, last }: Gate) {
  return (
    <>
      <strong>{stratum}</strong>
      {isGrpc && <span class="quiet"> by gRPC status</span>}
      {last !== undefined && <span class="quiet"> in the last {count(last)} requests</span>}
    </>
  );
}

const KINDS = { webhook: 'webhook', prometheus: 'Prometheus query' } as const;

function unitOf({ gate, isGrpc = false }: Pick<Gate, 'gate' | 'isGrpc'>): string {
  return gate === 'differences' || isGrpc ? 'pairs' : 'requests';
}

function restsOn(gate: Gate) {
  return (
    <span class="gate-figure">
      <span>{count(gate.count)}</span> <span class="quiet">{unitOf(gate)}</span>
    </span>
  );
}

/** Shares of pairs are plain; what is compared with the primary carries its sign. */
function signed(gate: Gate['gate'], value: number): string {
  if (gate === 'differences') return percent(value);
  const text = percent(Math.abs(value));
  return value === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
}

function intervalText({ gate, value, low, high }: Pick<Gate, 'gate' | 'value' | 'low' | 'high'>): string {
  const end = (one: number | null) => (one === null ? 'unknown' : signed(gate, one));
  return `${end(value)}, between ${end(low)} and ${end(high)}`;
}
