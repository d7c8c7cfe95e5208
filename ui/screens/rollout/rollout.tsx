import { pathOf, type RolloutView, type VerdictReport } from '../../api/index.ts';
import { Ready } from '../../parts/index.ts';
import { useApi } from '../../state/index.ts';
import { Guards } from '../health/index.ts';
import type { ScreenProps } from '../screen.ts';
import { ActionBar } from './action-bar.tsx';
import { Events } from './events.tsx';
import { Gates } from './gates.tsx';
import { Headline } from './headline.tsx';
import { NoPlan } from './no-plan.tsx';
import { PlanPicture } from './plan-picture.tsx';
import { isUnderWay, servicesOf } from './status.ts';
import { Users } from './users.tsx';

/** Figures of gates change with every look at them; only changes of state are told. */
const EVERY_MS = 3_000;

/** From copies to users, step by step: where it is and why, what it waits for, and the way back. */
export function Rollout({ mirror }: ScreenProps) {
  const loaded = useApi<RolloutView>(pathOf(['mirrors', mirror.name, 'rollout']), {
    topics: ['rollout', 'policy', 'envoys'],
    everyMs: EVERY_MS,
  });
  return (
    <Ready loaded={loaded} what="rollouts">
      {(view) =>
        view.status === 'none' ? (
          <>
            <NoPlan mirror={mirror} />
            {view.events.length > 0 && <Events view={view} />}
          </>
        ) : (
          <>
            <ActionBar view={view} mirror={mirror} onDone={loaded.reload} />
            <NoComparison mirror={mirror.name} />
            <Headline view={view} mirror={mirror} />
            <PlanPicture view={view} />
            {(isUnderWay(view) || view.gates.length > 0 || view.checks.length > 0) && <Gates view={view} />}
            {view.users.length > 0 && <Users view={view} services={servicesOf(view, mirror)} />}
            <Guards mirror={mirror.name} />
            {view.events.length > 0 && <Events view={view} />}
          </>
        )
      }
    </Ready>
  );
}

/** Without figures no gate ever opens; better said before somebody waits for it. */
function NoComparison({ mirror }: { mirror: string }) {
  const { error } = useApi<VerdictReport>(pathOf(['mirrors', mirror, 'verdict']));
  if (error?.status !== 404) return null;
  return (
    <section class="panel">
      <p class="note">
        This control plane compares no answers (<code>--no-compare</code>), so no gate has figures: nothing moves by
        itself, and only a person can promote. Start it without that, and the gates fill.
      </p>
    </section>
  );
}
