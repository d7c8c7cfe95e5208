import type { MirrorView } from '../../api/index.ts';
import { CopyButton } from '../../parts/index.ts';
import { examplePlan } from './example-plan.ts';

/** What a plan is for, and one to begin with. */
export function NoPlan({ mirror }: { mirror: MirrorView }) {
  const text = examplePlan(mirror);
  return (
    <section class="panel" aria-labelledby="no-plan-title">
      <div class="panel-head">
        <h1 id="no-plan-title">{mirror.name} has no plan for a rollout yet</h1>
        <CopyButton textOf={() => text}>Copy</CopyButton>
      </div>
      <p class="lead">
        With one, {mirror.shadow} gets more and more copies, then real users, segment by segment; each step only once
        what was measured says so, and back by itself when it turns. Add this to the policy file; nothing moves before
        somebody starts it here.
      </p>
      <pre class="yaml">{text}</pre>
      <p class="quiet">
        <code>shadowplane validate -f shadowplane.yaml</code> says whether its gates can be passed with the traffic that
        there is.
      </p>
    </section>
  );
}
