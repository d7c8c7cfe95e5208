import { pathOf, type SeriesReport } from '../../api/index.ts';
import { Empty, Ready, TimeChart } from '../../parts/index.ts';
import { place, useApi } from '../../state/index.ts';
import { minutesOf, spanOf } from '../series.ts';

/** Pairs and differing pairs a minute: when did it begin, and does it come with load? */
export function OverTime({ mirror }: { mirror: string }) {
  const { range } = place.value;
  const loaded = useApi<SeriesReport>(pathOf(['mirrors', mirror, 'series'], { minutes: minutesOf(range) }), {
    topics: ['comparison'],
  });
  return (
    <section class="panel" aria-labelledby="time-title">
      <div class="panel-head">
        <h2 id="time-title">Pairs a minute</h2>
        <span class="legend">
          <span class="key is-all">compared</span>
          <span class="key is-different">differing, noise included</span>
        </span>
      </div>
      <Ready loaded={loaded} what="course over time">
        {(series) => {
          const points = series.items.find(({ endpoint }) => endpoint === '*')?.points ?? [];
          if (points.length === 0)
            return <Empty title="Nothing was compared in this time">Choose a longer range.</Empty>;
          return <TimeChart points={points} {...spanOf(series, range)} />;
        }}
      </Ready>
    </section>
  );
}
