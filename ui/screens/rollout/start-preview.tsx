import { useEffect, useState } from 'preact/hooks';
import { ApiError, type MirrorView, pathOf, type RolloutView, sendJson } from '../../api/index.ts';
import { Failed, plural } from '../../parts/index.ts';
import { pictureOf } from './lanes.ts';
import { leastTime, Steps } from './plan-picture.tsx';

/** What a start of the plan would go through, as the control plane says; nothing is moved by asking. */
export function StartPreview({ mirror }: { mirror: MirrorView }) {
  const [preview, setPreview] = useState<RolloutView>();
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    sendJson<RolloutView>('POST', pathOf(['mirrors', mirror.name, 'rollout', 'start']), { dryRun: true }).then(
      setPreview,
      (caught) => setError(caught instanceof ApiError ? caught : new ApiError(String(caught), 'UNKNOWN', 0)),
    );
  }, [mirror.name]);
  if (error) return <Failed error={error} />;
  if (!preview) return <p class="quiet is-asking">Asking what that would do…</p>;
  const { steps, plan } = preview;
  const first = steps[0];
  return (
    <>
      <p>
        {plural(steps.length, 'step')}, at least {leastTime(preview)} in all.{' '}
        {plan?.approve[0] !== undefined && first !== undefined && plan.approve.includes(first.phase)
          ? 'It waits for a person to promote it to the first.'
          : first && (
              <>
                It begins with <strong>{first.name}</strong> at once.
              </>
            )}{' '}
        {plan?.onFailure === 'pause' ? 'A gate that fails pauses it.' : 'A gate that fails takes everyone back.'}
      </p>
      <div class="plan-in-dialog">
        <Steps picture={pictureOf(preview)} />
      </div>
    </>
  );
}
