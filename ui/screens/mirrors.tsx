import { type MirrorView, pathOf, type VerdictReport } from '../api/index.ts';
import { count, DataTable, Empty, IntervalAxis, IntervalBar, VerdictBadge } from '../parts/index.ts';
import { hrefTo, useApi } from '../state/index.ts';
import { Arms } from './mirror-head.tsx';
import { RolloutLine } from './rollout/index.ts';

/** Every mirror with its verdict. */
export function Mirrors({ mirrors }: { mirrors: readonly MirrorView[] }) {
  if (mirrors.length === 0) {
    return (
      <Empty title="The policy has no mirrors yet">
        <p>
          Add one to <code>shadowplane.yaml</code>, or with <code>PUT /api/v1/mirrors/shop</code>; it shows here at
          once.
        </p>
      </Empty>
    );
  }
  return (
    <section class="panel">
      <h1>Mirrors</h1>
      <DataTable
        caption="Mirrors with their verdicts"
        rows={mirrors}
        keyOf={({ name }) => name}
        link={{ column: 'name', href: ({ name }) => hrefTo({ mirror: name, screen: 'overview' }) }}
        columns={[
          { id: 'name', title: 'mirror', cell: ({ name, paused }) => <MirrorName name={name} isPaused={paused} /> },
          { id: 'verdict', title: 'verdict', cell: ({ name }) => <Verdict mirror={name} part="verdict" /> },
          {
            id: 'arms',
            title: 'services',
            cell: (mirror) => (
              <>
                <Arms mirror={mirror} /> <RolloutLine mirror={mirror} />
              </>
            ),
          },
          { id: 'path', title: 'path', cell: ({ match }) => <code>{match.path}</code> },
          {
            id: 'compared',
            title: 'compared',
            align: 'right',
            cell: ({ name }) => <Verdict mirror={name} part="compared" />,
          },
          {
            id: 'mismatch',
            title: <IntervalAxis />,
            label: 'mismatch',
            className: 'is-interval',
            cell: ({ name }) => <Verdict mirror={name} part="mismatch" />,
          },
        ]}
      />
    </section>
  );
}

function MirrorName({ name, isPaused }: { name: string; isPaused: boolean }) {
  return (
    <>
      <strong>{name}</strong> {isPaused && <span class="badge is-not-enough-data">paused</span>}
    </>
  );
}

function Verdict({ mirror, part }: { mirror: string; part: 'verdict' | 'compared' | 'mismatch' }) {
  const { data, error } = useApi<VerdictReport>(pathOf(['mirrors', mirror, 'verdict']), {
    topics: ['comparison', 'rules'],
  });
  if (!data) return <span class="quiet">{error ? 'not compared' : ''}</span>;
  if (part === 'verdict') return <VerdictBadge verdict={data.verdict} />;
  if (part === 'compared') return <>{count(data.compared)}</>;
  if (data.compared === 0) return <span class="quiet">no pairs yet</span>;
  return <IntervalBar {...data.mismatch} margin={data.marginRate} tone={data.verdict} />;
}
