import type { MirrorView } from '../api/index.ts';

/** Which requests go where, in one line. */
export function MirrorHead({ mirror: { name, match, primary, shadow, control, paused } }: { mirror: MirrorView }) {
  return (
    <p class="mirror-head">
      <strong>{name}</strong>
      <code>{match.path}</code>
      <span class="arms">
        <span class="arm is-primary">{primary}</span>
        <span aria-hidden="true">→</span>
        <span class="arm is-candidate">{shadow}</span>
        {control !== undefined && (
          <>
            <span class="quiet">control</span>
            <span class="arm is-control">{control}</span>
          </>
        )}
      </span>
      {paused && <span class="badge is-not-enough-data">paused</span>}
    </p>
  );
}
