import { type BrakeReport, mayChange, pathOf } from '../../api/index.ts';
import { ago, clock, count, DataTable, duration, Figure, milliseconds, percent, useNow } from '../../parts/index.ts';
import { useApi } from '../../state/index.ts';
import { usePost } from './use-post.ts';

/** It looks every two seconds; only stops and releases are told. */
const EVERY_MS = 5_000;

type Measured = BrakeReport['measured'][number];
type Arm = Measured['copied'];

const STATES: Readonly<Record<BrakeReport['state'], readonly [words: string, look: string]>> = {
  released: ['✓ released: copies are sent', 'is-same'],
  on: ['✗ on: nothing is copied', 'is-different'],
  off: ['– none: the policy wants no brake', ''],
};

/** What copying costs the primary's users, and whether it was stopped for that. */
export function Brake({ mirror }: { mirror: string }) {
  const nowMs = useNow();
  const brake = useApi<BrakeReport>(pathOf(['mirrors', mirror, 'brake']), {
    topics: ['brake', 'policy'],
    everyMs: EVERY_MS,
  });
  const { isSending, refusal, send } = usePost('brake');
  if (!brake.data) return null;
  const { state, since, releaseAt, reason, stops, bounds, memoryBytes, measured } = brake.data;
  const [words, look] = STATES[state];
  return (
    <section class="panel" aria-labelledby="brake-title">
      <div class="panel-head">
        <h2 id="brake-title">Brake</h2>
        <span class={`badge ${look}`}>{words}</span>
        <span class="quiet">what copying costs the primary’s users</span>
      </div>
      {state === 'on' && (
        <div class="problem">
          <p>
            <strong>{reason}</strong>
          </p>
          <p>
            {since !== null && `Since ${clock(since, nowMs)}, ${ago(since, nowMs)}. `}
            {releaseAt !== null && `Tried again ${until(releaseAt, nowMs)}.`}{' '}
            {mayChange.value && (
              <button
                type="button"
                disabled={isSending}
                onClick={() => send(pathOf(['mirrors', mirror, 'brake', 'release']))}
              >
                Release now
              </button>
            )}
          </p>
        </div>
      )}
      {refusal !== undefined && (
        <p class="form-refusal" role="alert">
          {refusal}
        </p>
      )}
      {bounds && (
        <>
          <dl class="figures envoy-figures">
            <Figure name="p99 may rise by">{percent(bounds.latencyIncrease)}</Figure>
            <Figure name="failures may rise by">{percent(bounds.errorIncrease)}</Figure>
            <Figure name="memory, of at most">
              {memoryBytes === null ? <span class="quiet">not told</span> : mebibytes(memoryBytes)}{' '}
              <span class="quiet">of {mebibytes(bounds.memoryBytes)}</span>
            </Figure>
            <Figure name="tries again after">{duration(bounds.calmMs)}</Figure>
            <Figure name="stops within a day">{count(stops)}</Figure>
          </dl>
          {measured.length === 0 ? (
            <p class="quiet">Nothing measured yet: it compares requests that are copied with others like them.</p>
          ) : (
            <Arms measured={measured} />
          )}
        </>
      )}
    </section>
  );
}

function Arms({ measured }: { measured: readonly Measured[] }) {
  return (
    <DataTable
      caption="Requests that are copied against others like them, in the last minute"
      rows={measured}
      keyOf={({ decision }) => decision}
      columns={[
        { id: 'decision', title: 'last minute', cell: ({ decision }) => <code>{decision}</code> },
        { id: 'copied', title: 'copied', align: 'right', cell: ({ copied }) => count(copied.requests) },
        { id: 'failed', title: 'failed', align: 'right', cell: ({ copied }) => <Failed arm={copied} /> },
        { id: 'p99', title: 'p99', align: 'right', cell: ({ copied }) => p99(copied) },
        { id: 'others', title: 'others', align: 'right', cell: ({ others }) => count(others.requests) },
        {
          id: 'others-failed',
          title: 'failed',
          label: 'others failed',
          align: 'right',
          cell: ({ others }) => <Failed arm={others} />,
        },
        { id: 'others-p99', title: 'p99', label: 'others’ p99', align: 'right', cell: ({ others }) => p99(others) },
        {
          id: 'from',
          title: 'others are of',
          align: 'right',
          cell: ({ from }) => <span class="quiet">{FROM[from ?? 'none']}</span>,
        },
      ]}
    />
  );
}

const FROM = { now: 'now', earlier: 'earlier, all are copied now', none: 'too few to compare' } as const;

function Failed({ arm: { requests, errors } }: { arm: Arm }) {
  if (errors === 0) return <span class="quiet">0</span>;
  return (
    <>
      {count(errors)} <span class="quiet">{percent(errors / Math.max(requests, 1))}</span>
    </>
  );
}

function p99({ p99Ms }: Arm) {
  return p99Ms === null ? <span class="quiet">–</span> : milliseconds(p99Ms);
}

function until(iso: string, nowMs: number): string {
  const ms = Date.parse(iso) - nowMs;
  return ms <= 1_000 ? 'at once' : `in ${duration(ms)}, at ${clock(iso, nowMs)}`;
}

function mebibytes(bytes: number): string {
  return `${count(bytes / 2 ** 20)} MiB`;
}
