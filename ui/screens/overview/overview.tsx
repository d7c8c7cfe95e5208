import { type EndpointItem, type Items, mayChange, pathOf, type VerdictReport } from '../../api/index.ts';
import { Ready, useNow, ViewSettings } from '../../parts/index.ts';
import { place, sinceOf, useApi } from '../../state/index.ts';
import { RolloutSummary } from '../rollout/index.ts';
import type { ScreenProps } from '../screen.ts';
import { Copies } from './copies.tsx';
import { Headline } from './headline.tsx';
import { OverTime } from './over-time.tsx';
import { SinceLastEpoch } from './since-last-epoch.tsx';
import { Strata } from './strata.tsx';
import { type Differences, SHOWN_DIFFERENCES, TopDifferences } from './top-differences.tsx';
import { type SharesState, useShares } from './use-shares.ts';

const TOPICS = ['comparison', 'rules'] as const;

/** The verdict on the mirror, from the answer down to its parts. */
export function Overview({ mirror }: ScreenProps) {
  const { epoch, noise, range } = place.value;
  const state = useShares(mirror);
  const verdict = useApi<VerdictReport>(pathOf(['mirrors', mirror.name, 'verdict'], { epoch }), { topics: TOPICS });
  const endpoints = useApi<Items<EndpointItem>>(pathOf(['mirrors', mirror.name, 'endpoints'], { epoch }), {
    topics: TOPICS,
  });
  const nowMs = useNow();
  const differences = useApi<Differences>(
    pathOf(['mirrors', mirror.name, 'differences'], {
      epoch,
      limit: SHOWN_DIFFERENCES,
      noise: noise ? 'include' : undefined,
      since: sinceOf(range, nowMs),
    }),
    { topics: TOPICS },
  );
  return (
    <>
      <ViewSettings range="what differs most and the chart" noise>
        {mayChange.value && <PauseButton state={state} />}
      </ViewSettings>
      <Ready loaded={verdict} what="verdict">
        {(report) => (
          <Headline
            mirror={mirror}
            verdict={report}
            endpoints={endpoints.data?.items}
            top={differences.data?.items[0]}
          />
        )}
      </Ready>
      <RolloutSummary mirror={mirror} />
      <Strata verdict={verdict.data} state={state} />
      {verdict.data?.compared !== 0 && <TopDifferences loaded={differences} />}
      <div class="columns">
        {verdict.data && <Copies verdict={verdict.data} />}
        <OverTime mirror={mirror.name} />
      </div>
      <SinceLastEpoch mirror={mirror.name} />
    </>
  );
}

function PauseButton({ state }: { state: SharesState }) {
  return (
    <button type="button" disabled={state.isApplying} onClick={() => void state.togglePaused()}>
      {state.isPaused ? 'Resume mirroring' : 'Pause mirroring'}
    </button>
  );
}
