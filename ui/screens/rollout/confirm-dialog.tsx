/** What an action would do, before it does it. */
import type { ComponentChildren } from 'preact';
import type { MirrorView, RolloutView } from '../../api/index.ts';
import { Dialog, percent } from '../../parts/index.ts';
import type { Action } from './actions.ts';
import { FinishPreview } from './finish-preview.tsx';
import { OutcomeText } from './outcome-text.tsx';
import { StartPreview } from './start-preview.tsx';
import { stepText, whoText } from './status.ts';
import type { Commands } from './use-command.ts';

export interface ConfirmDialogProps {
  readonly action: Action;
  readonly view: RolloutView;
  readonly mirror: MirrorView;
  readonly commands: Commands;
  readonly onClose: () => void;
}

interface Question {
  readonly title: string;
  readonly confirm: string;
  readonly body: (props: ConfirmDialogProps) => ComponentChildren;
}

const QUESTIONS: Readonly<Partial<Record<Action, Question>>> = {
  start: { title: 'Start the rollout', confirm: 'Start', body: (props) => <StartPreview {...props} /> },
  promote: { title: 'Promote without waiting', confirm: 'Promote', body: (props) => <PromotePreview {...props} /> },
  rollback: { title: 'Roll back', confirm: 'Roll back now', body: (props) => <BackPreview {...props} /> },
  abort: { title: 'Abort the rollout', confirm: 'Abort', body: (props) => <BackPreview {...props} /> },
  finish: { title: 'Finish the rollout', confirm: 'Finish', body: (props) => <FinishPreview {...props} /> },
};

/** Only the way back is a key away: all else begins with Cancel under the focus. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { action, commands, mirror, onClose } = props;
  const question = QUESTIONS[action];
  if (!question) return null;
  const confirm = async (): Promise<void> => {
    if (await commands.send(action)) onClose();
  };
  const isBack = action === 'rollback';
  return (
    <Dialog title={`${question.title}: ${mirror.name}`} onClose={onClose}>
      {question.body(props)}
      <div aria-live="polite">{commands.outcome?.error && <OutcomeText outcome={commands.outcome} />}</div>
      <div class="dialog-actions">
        <button
          type="button"
          class={isBack || action === 'abort' ? 'is-danger' : 'is-main'}
          disabled={commands.isSending}
          {...(isBack && { 'data-first': '' })}
          onClick={() => void confirm()}
        >
          {question.confirm}
        </button>
        <button type="button" {...(!isBack && { 'data-first': '' })} onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

function PromotePreview({ view, mirror }: ConfirmDialogProps) {
  const { steps, step, gates, status } = view;
  const next = steps[(step ?? -1) + 1];
  const open = gates.filter(({ outcome }) => outcome !== 'pass').length;
  const isAsked = status === 'awaiting-approval';
  return (
    <>
      <p>
        {next ? (
          <>
            Next is <strong>{next.name}</strong>: {whoText(next.weights, mirror)}
          </>
        ) : (
          'There is no further step: this one is taken for passed.'
        )}
      </p>
      {open > 0 && !isAsked && (
        <p class="note">
          {open} of {gates.length} gates of this step {open === 1 ? 'has' : 'have'} not passed. You go on without{' '}
          {open === 1 ? 'it' : 'them'}; the log says that you did.
        </p>
      )}
    </>
  );
}

function BackPreview({ view, mirror, action }: ConfirmDialogProps) {
  const moved = Object.entries(view.weights.users).filter(([, share]) => share > 0);
  return (
    <>
      <p>
        {moved.length > 0 ? (
          <>
            Everyone goes back to <span class="arm is-primary">{mirror.primary}</span> at every Envoy at once; now{' '}
            <span class="arm is-candidate">{mirror.shadow}</span> answers{' '}
            {moved.map(([audience, share]) => `${percent(share / 1_000_000)} of ${audience}`).join(', ')}.
          </>
        ) : (
          <>No user is on {mirror.shadow}, so none is moved.</>
        )}{' '}
        Copies go on as the mirror says.
      </p>
      <p class="quiet">
        {action === 'abort'
          ? 'The log calls it aborted, which says nothing of the candidate. '
          : 'The log calls it rolled back. '}
        It is over then, at {stepText(view) ?? 'its beginning'}; another start begins at the first step.
      </p>
    </>
  );
}
