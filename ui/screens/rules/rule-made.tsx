import { useState } from 'preact/hooks';
import { ApiError, pathOf, type RuleMadeView, sendJson, type VerdictReport } from '../../api/index.ts';
import { Failed, VerdictBadge } from '../../parts/index.ts';
import { useApi } from '../../state/index.ts';

export interface RuleMadeProps {
  readonly mirror: string;
  readonly rule: RuleMadeView;
  readonly onClose: () => void;
}

/** What a rule has changed once it is made; and of one that changes nothing that was counted, how to see it alone. */
export function RuleMade({ mirror, rule, onClose }: RuleMadeProps) {
  const { data } = useApi<VerdictReport>(pathOf(['mirrors', mirror, 'verdict']), { topics: ['rules', 'comparison'] });
  const [begun, setBegun] = useState<number | ApiError>();
  const begin = async (): Promise<void> => {
    try {
      setBegun((await sendJson<{ epoch: number }>('POST', pathOf(['mirrors', mirror, 'epoch']))).epoch);
    } catch (error) {
      setBegun(error instanceof ApiError ? error : new ApiError(String(error), 'UNKNOWN', 0));
    }
  };
  const isFromNowOn = rule.note !== undefined;
  return (
    <>
      <p class="rule-made" role="status">
        {data ? (
          <>
            {mirror} is {isFromNowOn ? 'still' : 'now'} <VerdictBadge verdict={data.verdict} />
          </>
        ) : (
          'The verdict is being worked out.'
        )}
      </p>
      {isFromNowOn && (
        <p class="note" role="status">
          {typeof begun === 'number'
            ? `Epoch ${begun} begins with the next request that is copied, and has this rule from its first pair on.`
            : 'It counts for pairs that are compared from now on; what was counted before stays. Begin a new epoch to see it alone.'}
        </p>
      )}
      {begun instanceof ApiError && <Failed error={begun} />}
      <p class="quiet">It is under Rules, where it can be taken back.</p>
      <div class="dialog-actions">
        <button type="button" class="is-main" ref={focusOnce} onClick={onClose}>
          Close
        </button>
        {isFromNowOn && typeof begun !== 'number' && (
          <button type="button" onClick={() => void begin()}>
            Begin a new epoch
          </button>
        )}
      </div>
    </>
  );
}

const focused = new WeakSet<HTMLElement>();

function focusOnce(element: HTMLElement | null): void {
  if (!element || focused.has(element)) return;
  focused.add(element);
  element.focus();
}
