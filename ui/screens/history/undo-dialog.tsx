/** Going back: what that would change is shown first, and holds only for the mirror as it was when it was shown. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, pathOf, type RevisionItem, sendJson, type Written } from '../../api/index.ts';
import { Applied, Dialog } from '../../parts/index.ts';
import { tellChanged } from '../../state/index.ts';
import { Differences } from './differences.tsx';

/** As long as people wait for an answer; Envoys take milliseconds. */
const WAIT = '5s';

interface UndoDialogProps {
  readonly mirror: string;
  readonly to: number;
  readonly onClose: () => void;
}

interface Preview {
  /** The revision that it was made for. */
  readonly revision: number;
  readonly differences: RevisionItem['differences'];
}

interface Undo {
  readonly preview?: Preview;
  readonly written?: Written;
  readonly error?: ApiError;
}

export function UndoDialog({ mirror, to, onClose }: UndoDialogProps) {
  const [state, setState] = useState<Undo>({});
  const [isSending, setSending] = useState(false);
  const { preview, written, error } = state;

  const attempt = async (send: () => Promise<Undo>): Promise<void> => {
    setSending(true);
    try {
      setState(await send());
    } catch (caught) {
      setState({ error: caught instanceof ApiError ? caught : new ApiError(String(caught), 'UNKNOWN', 0) });
    } finally {
      setSending(false);
    }
  };
  const look = () =>
    attempt(async () => ({
      preview: await sendJson<Preview>('POST', pathOf(['mirrors', mirror, 'undo']), { to, dryRun: true }),
    }));
  const goBack = ({ revision }: Preview) =>
    attempt(async () => {
      const path = pathOf(['mirrors', mirror, 'undo'], { wait: WAIT });
      try {
        return { written: await sendJson<Written>('POST', path, { to }, 'page', { ifRevision: revision }) };
      } finally {
        tellChanged('policy');
      }
    });
  useEffect(() => void look(), [mirror, to]);

  const removes = preview?.differences.some(({ path, after }) => path === `mirrors.${mirror}` && after === undefined);
  return (
    <Dialog title={`Back to ${mirror} as it was at revision ${to}`} onClose={onClose}>
      {preview && preview.differences.length === 0 && (
        <p>
          {mirror} is as it was at revision {to}; there is nothing to change.
        </p>
      )}
      {preview && preview.differences.length > 0 && (
        <>
          <p>This changes, as a new revision:</p>
          <Differences items={preview.differences} mirror={mirror} />
          {removes && <p class="note">{mirror} did not exist then: it is removed, and nothing is mirrored any more.</p>}
        </>
      )}
      {!preview && !written && !error && <p class="quiet">Looking at what that changes…</p>}
      <div aria-live="polite">
        <Applied {...(written && { written })} {...(error && { error })} />
        {error?.code === 'REVISION_CONFLICT' && <p class="quiet">Somebody has changed it meanwhile.</p>}
      </div>
      <div class="dialog-actions">
        {preview && preview.differences.length > 0 && (
          <button type="button" class="is-main" disabled={isSending} onClick={() => goBack(preview)}>
            Go back
          </button>
        )}
        {error && (
          <button type="button" disabled={isSending} onClick={look}>
            Look again
          </button>
        )}
        <button type="button" data-first="" onClick={onClose}>
          {written ? 'Close' : 'Cancel'}
        </button>
      </div>
    </Dialog>
  );
}
