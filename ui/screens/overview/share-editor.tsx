import { mayChange } from '../../api/index.ts';
import { toShare } from './shares.ts';

export interface ShareEditorProps {
  /** `beta`, in the labels. */
  readonly who: string;
  readonly percent: number;
  readonly isChanged: boolean;
  readonly isPaused: boolean;
  readonly onChange: (percent: number) => void;
}

/** The live fraction of one segment or of the sample: a slider for whole percents, a field for exact ones. */
export function ShareEditor({ who, percent, isChanged, isPaused, onChange }: ShareEditorProps) {
  return (
    <span class={`share${isChanged ? ' is-changed' : ''}${isPaused ? ' is-paused' : ''}`}>
      <input
        type="range"
        min="0"
        max="100"
        step="1"
        value={percent}
        disabled={!mayChange.value}
        aria-label={`Share of ${who}, in percent`}
        onInput={({ currentTarget: { value } }) => onChange(Number(value))}
      />
      <input
        type="number"
        min="0"
        max="100"
        step="any"
        value={percent}
        disabled={!mayChange.value}
        aria-label={`Exact share of ${who}, in percent`}
        onInput={({ currentTarget: { value } }) => {
          const share = toShare(value);
          if (share !== undefined) onChange(share);
        }}
      />
      <span aria-hidden="true">%</span>
    </span>
  );
}
