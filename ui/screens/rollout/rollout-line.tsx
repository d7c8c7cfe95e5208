import { type MirrorView, pathOf, type RolloutView } from '../../api/index.ts';
import { hrefTo, useApi } from '../../state/index.ts';
import { isUnderWay, STATUS_LOOKS, sentenceOf, stepText, whoText } from './status.ts';

/** One line where something else is the matter: that users are being moved, and how far. Nothing where none are. */
export function RolloutLine({ mirror }: { mirror: Pick<MirrorView, 'name' | 'rollout'> }) {
  const view = useRollout(mirror);
  if (!view || !isUnderWay(view)) return null;
  return (
    <a class="rollout-line" href={hrefTo({ mirror: mirror.name, screen: 'rollout' })}>
      <StatusBadge status={view.status} /> {stepText(view) ?? 'rollout'}
    </a>
  );
}

/** The same with the reason, also of one that has ended, where the verdict stands. */
export function RolloutSummary({ mirror }: { mirror: MirrorView }) {
  const view = useRollout(mirror);
  if (!view || view.status === 'none' || view.status === 'ready') return null;
  return (
    <section class="panel rollout-summary" aria-label="Rollout">
      <StatusBadge status={view.status} />
      <span class="rollout-summary-why">
        {sentenceOf(view)}{' '}
        {isUnderWay(view) && (
          <span class="quiet">
            {whoText(view.weights, mirror)}
            {view.weights.copies !== 'as-configured' && ' The shares below hold again when it is over.'}
          </span>
        )}
      </span>
      <a href={hrefTo({ screen: 'rollout' })}>Rollout</a>
    </section>
  );
}

/** A mirror without a plan is not asked about. */
function useRollout({ name, rollout }: Pick<MirrorView, 'name' | 'rollout'>): RolloutView | undefined {
  const path = rollout === undefined ? undefined : pathOf(['mirrors', name, 'rollout']);
  return useApi<RolloutView>(path, { topics: ['rollout', 'policy'] }).data;
}

export function StatusBadge({ status }: { status: RolloutView['status'] }) {
  const { sign, word, tone } = STATUS_LOOKS[status];
  return (
    <span class={`badge ${tone}`}>
      <span class="badge-sign" aria-hidden="true">
        {sign}
      </span>
      {word}
    </span>
  );
}
