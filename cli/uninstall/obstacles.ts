import type { RolloutView } from '../../xds-server/rollouts/view.ts';
import { type EnvoyList, rejectionText } from '../view/envoy-item.ts';

/**
 * Why mirroring cannot be taken out of every Envoy now; empty: it can. `without` are those that are gone for good. With
 * mirroring, users of a rollout would go back to their primary, which nobody has asked for.
 */
export function uninstallObstacles(
  { items, gone = [] }: EnvoyList,
  without: readonly string[],
  rollouts: ReadonlyArray<Pick<RolloutView, 'mirror' | 'status' | 'weights'>> = [],
): string[] {
  const missing = gone.filter(({ node }) => !without.includes(node));
  const obstacles = missing.map(
    ({ node, since }) =>
      `${node} is not connected since ${since}. If it runs, it mirrors with what it had: connect it again. If it is gone for good: --without ${node}`,
  );
  for (const { mirror, status, weights } of rollouts) {
    if (status === 'finished' || Object.keys(weights.users).length === 0) continue;
    obstacles.push(
      `Users of ${mirror} are on its shadow, by its rollout: "shadowplane rollout finish ${mirror}" leaves them there, "shadowplane rollout rollback ${mirror}" takes them back.`,
    );
  }
  if (items.length === 0 && obstacles.length === 0) {
    obstacles.push(
      'No Envoy is connected, so none would hear of it. Those that run mirror with what they had: connect them first. If there are none any more, there is nothing to take out.',
    );
  }
  for (const envoy of items) {
    const rejection = rejectionText(envoy);
    if (rejection === '') continue;
    obstacles.push(
      `${envoy.node} has rejected what it was sent last, and would be left with what it had: ${rejection}\n  Put right what it rejects, or undo it, then run this again.`,
    );
  }
  return obstacles;
}
