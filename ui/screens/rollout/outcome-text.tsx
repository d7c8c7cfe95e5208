import { milliseconds, plural } from '../../parts/index.ts';
import type { Outcome } from './use-command.ts';

/** What became of something that was asked for: where it is in force, and what is left to do. */
export function OutcomeText({ outcome: { error, answer } }: { outcome: Outcome }) {
  if (error) {
    return (
      <p class="applied is-failed">
        <strong>Nothing was changed.</strong> {error.message}
      </p>
    );
  }
  if (!answer) return null;
  const { applied, stored = true, todo = [] } = answer;
  return (
    <>
      {applied && applied.of > 0 && (
        <p class={`applied${applied.acked < applied.of ? ' is-failed' : ''}`}>
          {applied.acked < applied.of
            ? `In force at ${applied.acked} of ${plural(applied.of, 'Envoy')}; the others have not answered yet.`
            : `In force at ${applied.of === 1 ? 'the Envoy' : `all ${applied.of} Envoys`} within ${milliseconds(applied.tookMs)}.`}
        </p>
      )}
      {!stored && <p class="note">It is in force, but the store has not taken it yet; that is tried until it works.</p>}
      {todo.map((what) => (
        <p key={what} class="note">
          Left to do: {what}
        </p>
      ))}
    </>
  );
}
