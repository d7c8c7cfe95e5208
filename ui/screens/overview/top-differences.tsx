import type { DifferenceItem, Items } from '../../api/index.ts';
import { Empty, Ready } from '../../parts/index.ts';
import { hrefTo, type Loaded, place } from '../../state/index.ts';
import { DifferenceTable } from '../difference-table.tsx';

export type Differences = Items<DifferenceItem> & { readonly total: number };

export const SHOWN_DIFFERENCES = 8;

/** What matters most, worst first. */
export function TopDifferences({ loaded }: { loaded: Loaded<Differences> }) {
  const { noise } = place.value;
  const more = (loaded.data?.total ?? 0) - SHOWN_DIFFERENCES;
  return (
    <section class="panel" aria-labelledby="top-title">
      <div class="panel-head">
        <h2 id="top-title">What differs most</h2>
        {more > 0 && <a href={hrefTo({ screen: 'fields' })}>all {more + SHOWN_DIFFERENCES}</a>}
      </div>
      <Ready loaded={loaded} what="differences">
        {({ items }) =>
          items.length > 0 ? (
            <DifferenceTable items={items} />
          ) : (
            <Empty title={noise ? 'Nothing differs at all so far' : 'Nothing differs beyond noise so far'}>
              {noise
                ? 'Every answer of the candidate was that of the primary.'
                : 'Switch noise on to see what the control explains.'}
            </Empty>
          )
        }
      </Ready>
    </section>
  );
}
