import { type DifferenceItem, type Items, pathOf } from '../../api/index.ts';
import { type Loaded, place, sinceOf, useApi } from '../../state/index.ts';

export interface Differences extends Items<DifferenceItem> {
  readonly epoch: number;
  readonly total: number;
}

const MOST_GROUPS = 1_000;

/** Differences as the place wants them, ranked. @param all noise, too, whatever the place says. */
export function useDifferences(mirror: string, endpoint: string | undefined, all = false): Loaded<Differences> {
  const { epoch, noise, range, level } = place.value;
  const withNoise = all || noise || level === 'noise' || level === 'ignored';
  return useApi<Differences>(
    pathOf(['mirrors', mirror, 'differences'], {
      epoch,
      endpoint,
      noise: withNoise ? 'include' : undefined,
      limit: MOST_GROUPS,
      since: all ? undefined : sinceOf(range, Date.now()),
    }),
    { topics: ['comparison', 'rules'] },
  );
}

export interface Group {
  readonly endpoint: string;
  readonly path: string;
  readonly kind: string;
}

export function groupKey({ endpoint, path, kind }: Group): string {
  return `${endpoint} ${path} ${kind}`;
}
