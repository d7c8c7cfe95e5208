import { pathOf, type SeriesReport } from '../../api/index.ts';
import { Empty, Ready, TimeChart } from '../../parts/index.ts';
import { place, useApi } from '../../state/index.ts';
import { minutesOf } from '../series.ts';

/** Pairs and differing pairs a minute: when did it begin, and does it come with load? */
export function OverTime({ mirror }: { mirror: string }) {
  const loaded = useApi<SeriesReport>(
    pathOf(['mirrors', mirror, 'series'], { minutes: minutesOf(place.value.range) }),
    {
      topics: ['comparison'],
    },
  );
  return (
    <section class="panel" aria-labelledby="time-title">
      <div class="panel-head">
        <h2 id="time-title">Pairs a minute</h2>
        <span class="legend">
          <span class="key is-all">compared</span>
          <span class="key is-different">differing, noise included</span>
        </span>
      </div>
      <Ready loaded={loaded} what="the course over time">
        {({ items, from, to }) => {
          const points = items.find(({ endpoint }) => endpoint === '*')?.points ?? [];
          if (points.length === 0)
            return <Empty title="Nothing was compared in this time">Choose a longer range.</Empty>;
          return <TimeChart points={points} fromMs={Date.parse(from)} toMs={Date.parse(to)} />;
        }}
      </Ready>
    </section>
  );
}
