import { useEffect, useState } from 'preact/hooks';
import { ApiError, type MirrorView, type FinishPreview as Preview, pathOf, sendJson } from '../../api/index.ts';
import { Failed } from '../../parts/index.ts';
import { Differences } from '../history/index.ts';

/** What finishing writes into the policy. */
export function FinishPreview({ mirror }: { mirror: MirrorView }) {
  const [preview, setPreview] = useState<Preview>();
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    sendJson<Preview>('POST', pathOf(['mirrors', mirror.name, 'rollout', 'finish']), { dryRun: true }).then(
      setPreview,
      (caught) => setError(caught instanceof ApiError ? caught : new ApiError(String(caught), 'UNKNOWN', 0)),
    );
  }, [mirror.name]);
  if (error) return <Failed error={error} />;
  if (!preview) return <p class="quiet is-asking">Asking what that would change…</p>;
  return (
    <>
      <p>
        <span class="arm is-candidate">{mirror.shadow}</span> becomes the primary, and{' '}
        <span class="arm is-primary">{mirror.primary}</span> stays where it can be mirrored to. This changes in the
        policy, as a new revision:
      </p>
      <Differences items={preview.differences} mirror={mirror.name} />
      <p class="quiet">Nobody is moved by it: who is answered by whom stays as it is now.</p>
    </>
  );
}
