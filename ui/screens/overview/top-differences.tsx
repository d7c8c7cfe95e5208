import { type DifferenceItem, type Items, pathOf } from '../../api/index.ts';
import { Empty, NoiseToggle, Ready, useNow } from '../../parts/index.ts';
import { hrefTo, place, sinceOf, useApi } from '../../state/index.ts';
import { DifferenceTable } from '../difference-table.tsx';

const SHOWN = 8;

/** What matters most, worst first. */
export function TopDifferences({ mirror }: { mirror: string }) {
  const { epoch, noise, range } = place.value;
  const nowMs = useNow();
  const loaded = useApi<Items<DifferenceItem> & { total: number }>(
    pathOf(['mirrors', mirror, 'differences'], {
      epoch,
      limit: SHOWN,
      noise: noise ? 'include' : undefined,
      since: sinceOf(range, nowMs),
    }),
    { topics: ['comparison', 'rules'] },
  );
  const more = (loaded.data?.total ?? 0) - SHOWN;
  return (
    <section class="panel" aria-labelledby="top-title">
      <div class="panel-head">
        <h2 id="top-title">What differs most</h2>
        <NoiseToggle />
      </div>
      <Ready loaded={loaded} what="differences">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing differs beyond noise so far">
              What the control explains is hidden; switch noise on to see it.
            </Empty>
          ) : (
            <>
              <DifferenceTable items={items} />
              {more > 0 && (
                <p class="more">
                  <a href={hrefTo({ screen: 'fields' })}>{more} more</a>
                </p>
              )}
            </>
          )
        }
      </Ready>
    </section>
  );
}
