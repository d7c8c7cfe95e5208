/** How a view is shown: epoch, time range, noise. All of it is in the address. */
import type { ComponentChildren } from 'preact';
import { type EpochItem, type Items, pathOf } from '../api/index.ts';
import { goTo, place, RANGES, type Range, useApi } from '../state/index.ts';

const RANGE_NAMES: Readonly<Record<Range, string>> = {
  15: '15 min',
  60: '1 h',
  360: '6 h',
  epoch: 'whole epoch',
};

/** All that apply to a screen, in one line at its top; further controls of the screen as children. */
export function ViewSettings({ range, noise = false, children }: ViewSettingsProps) {
  return (
    <div class="toolbar">
      <EpochPicker />
      {range !== undefined && <RangePicker actsOn={range} />}
      {noise && <NoiseToggle />}
      {children && <div class="toolbar-end">{children}</div>}
    </div>
  );
}

export interface ViewSettingsProps {
  /** What of the screen goes by the time range, for people; absent: nothing. The rest is of the whole epoch. */
  readonly range?: string;
  /** Whether it can hide noise. */
  readonly noise?: boolean;
  readonly children?: ComponentChildren;
}

function RangePicker({ actsOn }: { actsOn: string }) {
  const { range } = place.value;
  return (
    <>
      <fieldset class="segmented" title={`Time range of ${actsOn}`}>
        <legend class="hidden">Time range of {actsOn}</legend>
        {RANGES.map((one) => (
          <label key={one} class={one === range ? 'is-on' : ''}>
            <input
              type="radio"
              name="range"
              checked={one === range}
              onChange={() => goTo({ range: one }, { replace: true })}
            />
            {RANGE_NAMES[one]}
          </label>
        ))}
      </fieldset>
      {range !== 'epoch' && <span class="quiet">for {actsOn}; all else is of the whole epoch</span>}
    </>
  );
}

function NoiseToggle() {
  const { noise } = place.value;
  return (
    <label class={`switch${noise ? ' is-on' : ''}`} title="Show what the control explains and what rules ignore, too">
      <input
        type="checkbox"
        role="switch"
        aria-checked={noise}
        checked={noise}
        onChange={() => goTo({ noise: !noise }, { replace: true })}
      />
      <span class="switch-track" aria-hidden="true" />
      noise
    </label>
  );
}

function EpochPicker() {
  const { mirror, epoch } = place.value;
  const { data } = useApi<Items<EpochItem>>(mirror === undefined ? undefined : pathOf(['mirrors', mirror, 'epochs']), {
    topics: ['comparison'],
  });
  const items = data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <label class="field">
      <span>epoch</span>
      <select
        value={epoch === undefined ? '' : String(epoch)}
        onChange={({ currentTarget: { value } }) => goTo({ epoch: value === '' ? undefined : Number(value) })}
      >
        <option value="">{epochName(items[0]!)}, current</option>
        {items.slice(1).map((item) => (
          <option key={item.epoch} value={String(item.epoch)}>
            {epochName(item)}
          </option>
        ))}
      </select>
    </label>
  );
}

function epochName({ epoch, version }: EpochItem): string {
  return version === null ? String(epoch) : `${epoch} (${version})`;
}
