import type { MirrorView, RolloutView } from '../../api/index.ts';
import { count, DataTable, percent } from '../../parts/index.ts';

type Audience = RolloutView['users'][number];
type Side = Audience['primary'];

export interface UsersProps {
  readonly view: Pick<RolloutView, 'users'>;
  readonly services: Pick<MirrorView, 'primary' | 'shadow'>;
}

/** Users' own requests by the service that answered them, audience by audience; Envoy's counts. */
export function Users({ view: { users }, services: { primary, shadow } }: UsersProps) {
  return (
    <section class="panel" aria-labelledby="users-title">
      <div class="panel-head">
        <h2 id="users-title">Users, by who answers them</h2>
        <span class="quiet">their own requests, not copies, since this control plane watches</span>
      </div>
      <DataTable
        caption="Users by side"
        rows={users}
        keyOf={({ stratum }) => stratum}
        columns={[
          { id: 'who', title: 'audience', cell: ({ stratum }) => <strong>{stratum}</strong> },
          {
            id: 'share',
            title: `${shadow} answers`,
            className: 'is-raw',
            cell: ({ share }) => (
              <span class="side-share">
                <span class="progress" aria-hidden="true">
                  <span class="bar-part is-candidate" style={{ width: `${share / 10_000}%` }} />
                </span>
                <strong>{percent(share / 1_000_000)}</strong>
              </span>
            ),
          },
          {
            id: 'primary',
            title: <span class="arm is-primary">{primary}</span>,
            label: primary,
            align: 'right',
            cell: (row) => <Answered side={row.primary} />,
          },
          {
            id: 'candidate',
            title: <span class="arm is-candidate">{shadow}</span>,
            label: shadow,
            align: 'right',
            cell: (row) => <Answered side={row.candidate} />,
          },
        ]}
      />
    </section>
  );
}

function Answered({ side: { requests, failed } }: { side: Side }) {
  if (requests === 0) return <span class="quiet">none</span>;
  return (
    <>
      {count(requests)}{' '}
      {failed === 0 ? (
        <span class="quiet">0 failed</span>
      ) : (
        <span class="is-bad">
          {count(failed)} failed, {percent(failed / requests)}
        </span>
      )}
    </>
  );
}
