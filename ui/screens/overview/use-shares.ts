/** Changing the policy of a mirror: drafts of shares, pause and resume, and what the Envoys said to it. */
import { useState } from 'preact/hooks';
import { ApiError, type MirrorView, pathOf, sendJson, type Written } from '../../api/index.ts';
import { tellChanged } from '../../state/index.ts';
import { changedShares, type Drafts, patchOf, type Share, sharesOf } from './shares.ts';

/** As long as people wait for an answer; Envoys take milliseconds. */
const WAIT = '5s';

export interface Outcome {
  readonly written?: Written;
  readonly error?: ApiError;
}

export interface SharesState {
  readonly isPaused: boolean;
  readonly shares: readonly Share[];
  readonly drafts: Drafts;
  readonly changes: ReturnType<typeof changedShares>;
  readonly isApplying: boolean;
  /** Of the last change made here. */
  readonly outcome: Outcome | undefined;
  draft(who: string, percent: number): void;
  discard(): void;
  apply(): Promise<void>;
  /** Pauses what runs, and resumes what is paused. */
  togglePaused(): Promise<void>;
}

export function useShares(listed: MirrorView): SharesState {
  const [newest, setNewest] = useState(listed);
  // What a change was answered with is newer than the list for a moment.
  const mirror = newest.revision > listed.revision ? newest : listed;
  const [drafts, setDrafts] = useState<Drafts>({});
  const [isApplying, setApplying] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const shares = sharesOf(mirror);
  const changes = changedShares(shares, drafts);

  const write = async (send: () => Promise<Written & MirrorView>, onWritten = () => {}): Promise<void> => {
    setApplying(true);
    try {
      const written = await send();
      setOutcome({ written });
      setNewest(written);
      onWritten();
    } catch (error) {
      setOutcome({ error: error instanceof ApiError ? error : new ApiError(String(error), 'UNKNOWN', 0) });
    } finally {
      setApplying(false);
      tellChanged('policy');
    }
  };

  const discard = (): void => setDrafts({});

  return {
    isPaused: mirror.paused,
    shares,
    drafts,
    changes,
    isApplying,
    outcome,
    draft: (who, percent) => setDrafts((before) => ({ ...before, [who]: percent })),
    discard,
    apply: () =>
      write(() => sendJson('PATCH', pathOf(['mirrors', mirror.name], { wait: WAIT }), patchOf(changes)), discard),
    togglePaused: () =>
      write(() =>
        sendJson('POST', pathOf(['mirrors', mirror.name, mirror.paused ? 'resume' : 'pause'], { wait: WAIT })),
      ),
  };
}
