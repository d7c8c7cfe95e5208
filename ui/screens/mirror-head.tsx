import type { MirrorView } from '../api/index.ts';
import { place } from '../state/index.ts';
import { RolloutLine } from './rollout/index.ts';

/** Which requests go where, in one line. */
export function MirrorHead({ mirror }: { mirror: MirrorView }) {
  const { name, match, paused } = mirror;
  return (
    <p class="mirror-head">
      <strong>{name}</strong>
      <code>{match.path}</code>
      <Arms mirror={mirror} />
      {paused && <span class="badge is-not-enough-data">paused</span>}
      {place.value.screen !== 'rollout' && <RolloutLine mirror={mirror} />}
    </p>
  );
}

/** The services of a mirror, each underlined as its arm is drawn elsewhere. */
export function Arms({ mirror: { primary, shadow, control } }: { mirror: MirrorView }) {
  return (
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
  );
}
