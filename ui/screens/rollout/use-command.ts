/** Asking something of a rollout: what is under way, and what became of the last one. */
import { useState } from 'preact/hooks';
import { ApiError, pathOf, type RolloutAnswer, sendJson } from '../../api/index.ts';
import { tellChanged } from '../../state/index.ts';
import type { Action } from './actions.ts';

export interface Outcome {
  readonly action: Action;
  /** Absent: it was refused. */
  readonly answer?: RolloutAnswer;
  readonly error?: ApiError;
}

export interface Commands {
  readonly isSending: boolean;
  /** Of the last one. */
  readonly outcome: Outcome | undefined;
  /** @returns whether it was taken */
  send(action: Action): Promise<boolean>;
  forget(): void;
}

export function useCommands(mirror: string, onDone: () => void): Commands {
  const [isSending, setSending] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  return {
    isSending,
    outcome,
    forget: () => setOutcome(undefined),
    send: async (action) => {
      setSending(true);
      try {
        const answer = await sendJson<RolloutAnswer>('POST', pathOf(['mirrors', mirror, 'rollout', action]));
        setOutcome({ action, answer });
        return true;
      } catch (caught) {
        const error = caught instanceof ApiError ? caught : new ApiError(String(caught), 'UNKNOWN', 0);
        setOutcome({ action, error });
        return false;
      } finally {
        setSending(false);
        tellChanged('rollout');
        onDone();
      }
    },
  };
}
