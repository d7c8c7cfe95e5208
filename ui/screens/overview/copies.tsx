import type { VerdictReport } from '../../api/index.ts';
import { count, percent } from '../../parts/index.ts';
import { hrefTo } from '../../state/index.ts';
import { causeMeaning, causeName } from '../causes.ts';

/** What became of every copy: compared, or lost by one cause. All epochs, as Envoy's own counters are. */
export function Copies({ verdict: { mirrored, comparedInAll, lost, controlLost } }: { verdict: VerdictReport }) {
  const causes = Object.entries(lost)
    .filter(([, value]) => value > 0)
    .sort(([, one], [, other]) => other - one);
  const lostTotal = causes.reduce((sum, [, value]) => sum + value, 0);
  const known = comparedInAll + lostTotal;
  const underWay = mirrored === null ? 0 : Math.max(0, mirrored - known);
  const whole = Math.max(known + underWay, 1);
  const parts = [
    { name: 'compared', value: comparedInAll, tone: 'is-compared', meaning: 'Paired, and compared with the primary.' },
    ...causes.map(([cause, value], index) => ({
      name: causeName(cause),
      value,
      tone: `is-lost-${Math.min(index, 2)}`,
      meaning: causeMeaning(cause),
    })),
    ...(underWay > 0
      ? [{ name: 'under way', value: underWay, tone: 'is-under-way', meaning: 'Sent, and not accounted for yet.' }]
      : []),
  ];
  const controlTotal = Object.values(controlLost).reduce((sum, value) => sum + value, 0);
  return (
    <section class="panel" aria-labelledby="copies-title">
      <div class="panel-head">
        <h2 id="copies-title">Copies, in all epochs</h2>
        <span>
          <span class="quiet">mirrored</span>{' '}
          {mirrored === null ? <span class="quiet">not known</span> : count(mirrored)}
        </span>
      </div>
      <div class="stack" aria-hidden="true">
        {parts.map(({ name, value, tone }) => (
          <span key={name} class={`bar-part ${tone}`} style={{ width: `${(value / whole) * 100}%` }} />
        ))}
      </div>
      <dl class="stack-legend">
        {parts.map(({ name, value, tone, meaning }) => (
          <div key={name}>
            <dt>
              <span class={`swatch ${tone}`} aria-hidden="true" />
              {name}
            </dt>
            <dd class="is-number">
              {count(value)} <span class="quiet">{percent(value / whole)}</span>
            </dd>
            <dd class="quiet">{meaning}</dd>
          </div>
        ))}
      </dl>
      {controlTotal > 0 && (
        <p class="quiet">
          {count(controlTotal)} were compared without the control's answer:{' '}
          {Object.entries(controlLost)
            .map(([cause, value]) => `${causeName(cause)} ${count(value)}`)
            .join(', ')}
          .
        </p>
      )}
      {mirrored === null && (
        <p class="quiet">
          No Envoy has reported its own count of the copies yet.{' '}
          <a href={hrefTo({ screen: 'health' })}>Mirror health</a>
        </p>
      )}
    </section>
  );
}
