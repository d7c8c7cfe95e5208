import { useState } from 'preact/hooks';
import { type MirrorView, mayChange, type RolloutView } from '../../api/index.ts';
import { type Action, type ActionState, actionsOf } from './actions.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { OutcomeText } from './outcome-text.tsx';
import { StatusBadge } from './rollout-line.tsx';
import { stepText } from './status.ts';
import { useCommands } from './use-command.ts';

export interface ActionBarProps {
  readonly view: RolloutView;
  readonly mirror: MirrorView;
  readonly onDone: () => void;
}

/** These move nobody, so nobody is asked whether they mean it. */
const AT_ONCE: readonly Action[] = ['pause', 'resume'];

/** What can be done now; it stays in sight wherever one reads, because the way back has to. */
export function ActionBar({ view, mirror, onDone }: ActionBarProps) {
  const commands = useCommands(mirror.name, onDone);
  const [asked, setAsked] = useState<Action>();
  const [reason, setReason] = useState<string>();
  const actions = actionsOf(view, mirror.rollout !== undefined);

  const press = ({ action, refused }: ActionState): void => {
    setReason(refused);
    commands.forget();
    if (refused !== undefined) return;
    if (AT_ONCE.includes(action)) void commands.send(action);
    else setAsked(action);
  };

  return (
    <div class="action-bar">
      <span class="action-where">
        <StatusBadge status={view.status} /> <span class="action-step">{stepText(view)}</span>
      </span>
      {mayChange.value ? (
        <div class="action-buttons" role="toolbar" aria-label="Rollout">
          {actions.map((state) => (
            <ActionButton
              key={state.action}
              state={state}
              isMain={MAIN[view.status] === state.action}
              isSending={commands.isSending}
              onPress={press}
            />
          ))}
        </div>
      ) : (
        <span class="quiet">Your token may read this, and change nothing.</span>
      )}
      <div class="action-outcome" aria-live="polite">
        {reason !== undefined && <p>{reason}</p>}
        {commands.outcome && asked === undefined && <OutcomeText outcome={commands.outcome} />}
      </div>
      {asked !== undefined && (
        <ConfirmDialog
          action={asked}
          view={view}
          mirror={mirror}
          commands={commands}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}

interface ActionButtonProps {
  readonly state: ActionState;
  readonly isMain: boolean;
  readonly isSending: boolean;
  readonly onPress: (state: ActionState) => void;
}

/** What is next. While the gates are asked, nothing is: to promote then is to go on without them. */
const MAIN: Partial<Record<RolloutView['status'], Action>> = {
  ready: 'start',
  'awaiting-approval': 'promote',
  passed: 'finish',
  paused: 'resume',
};

/** What cannot be now keeps its place and its focus, and says why when it is asked for. */
function ActionButton({ state, isMain, isSending, onPress }: ActionButtonProps) {
  const { action, label, refused } = state;
  const look = action === 'rollback' ? 'is-danger' : isMain && refused === undefined ? 'is-main' : '';
  return (
    <button
      type="button"
      class={look}
      aria-disabled={refused !== undefined}
      disabled={isSending}
      {...(refused !== undefined && { title: refused })}
      onClick={() => onPress(state)}
    >
      {label}
    </button>
  );
}
