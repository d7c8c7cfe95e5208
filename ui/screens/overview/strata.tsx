import type { StratumReport, VerdictReport } from '../../api/index.ts';
import {
  Applied,
  count,
  DataTable,
  IntervalAxis,
  IntervalBar,
  percent,
  plural,
  VerdictBadge,
} from '../../parts/index.ts';
import { ShareEditor } from './share-editor.tsx';
import { EVERYONE_ELSE, writePercent } from './shares.ts';
import type { SharesState } from './use-shares.ts';

interface Row {
  readonly who: string;
  readonly percent: number | undefined;
  readonly report: StratumReport | undefined;
}

export interface StrataProps {
  readonly verdict: VerdictReport | undefined;
  readonly state: SharesState;
}

/**
 * Who is copied, how much, and what was found there, on one line each: segments and the sample are never pooled, so the
 * verdict stands beside the fraction that can be changed.
 */
export function Strata({ verdict, state }: StrataProps) {
  const rows = rowsOf(state, verdict?.strata ?? []);
  const most = Math.max(
    ...rows.map(({ report }) =>
      report ? Math.max(report.differing, report.noise ?? 0) / Math.max(report.compared, 1) : 0,
    ),
    0.01,
  );
  const margin = verdict?.marginRate;
  return (
    <section class="panel" aria-labelledby="strata-title">
      <div class="panel-head">
        <h2 id="strata-title">Who is copied, and what was found</h2>
        <span class="legend">
          <span class="key is-candidate">candidate differs</span>
          <span class="key is-noise">control differs: noise</span>
          {margin !== undefined && <span class="key is-margin">margin {percent(margin)}</span>}
        </span>
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (state.changes.length > 0) void state.apply();
        }}
      >
        <DataTable
          caption="Segments and sample with their live shares and verdicts"
          rows={rows}
          keyOf={({ who }) => who}
          columns={[
            { id: 'who', title: 'who', cell: ({ who }) => <Who name={who} /> },
            {
              id: 'share',
              title: 'copied, live',
              className: 'is-share',
              cell: (row) => <ShareCell row={row} state={state} isPaused={state.isPaused} />,
            },
            {
              id: 'verdict',
              title: 'verdict',
              cell: ({ report }) => report && <VerdictBadge verdict={report.verdict} />,
            },
            {
              id: 'compared',
              title: 'compared',
              align: 'right',
              cell: ({ report }) => (report ? count(report.compared) : <span class="quiet">no pairs yet</span>),
            },
            {
              id: 'raw',
              title: 'raw against noise',
              className: 'is-raw',
              cell: ({ report }) => report && <RawBars report={report} most={most} />,
            },
            {
              id: 'mismatch',
              title: <IntervalAxis margin={margin} />,
              label: 'beyond noise',
              className: 'is-interval',
              cell: ({ report }) =>
                report && <IntervalBar {...report.mismatch} margin={margin} tone={report.verdict} />,
            },
            {
              id: 'missing',
              title: 'to be "same"',
              align: 'right',
              cell: ({ report }) => report && missingText(report),
            },
          ]}
        />
        <ShareChanges state={state} />
      </form>
    </section>
  );
}

/** The segments of the policy in their order; then what was counted of segments that it no longer has. */
function rowsOf({ shares }: SharesState, strata: readonly StratumReport[]): Row[] {
  const nameOf = ({ reason, segment }: StratumReport) => (reason === 'segment' ? segment : EVERYONE_ELSE);
  const known = shares.map(({ who, percent }) => ({
    who,
    percent,
    report: strata.find((stratum) => nameOf(stratum) === who),
  }));
  const gone = strata.filter((stratum) => !shares.some(({ who }) => who === nameOf(stratum)));
  return [...known, ...gone.map((report) => ({ who: nameOf(report) ?? '', percent: undefined, report }))];
}

function Who({ name }: { name: string }) {
  return name === EVERYONE_ELSE ? <span class="quiet">everyone else</span> : <strong>{name}</strong>;
}

function ShareCell({ row: { who, percent }, state, isPaused }: { row: Row; state: SharesState; isPaused: boolean }) {
  if (percent === undefined) return <span class="quiet">no longer in the policy</span>;
  const draft = state.drafts[who] ?? percent;
  return (
    <ShareEditor
      who={who === EVERYONE_ELSE ? 'everyone else' : who}
      percent={draft}
      isChanged={draft !== percent}
      isPaused={isPaused}
      onChange={(value) => state.draft(who, value)}
    />
  );
}

function RawBars({ report: { differing, noise, compared }, most }: { report: StratumReport; most: number }) {
  const share = (part: number) => part / Math.max(compared, 1);
  const width = (part: number) => ({ width: `${(share(part) / most) * 100}%` });
  return (
    <span class="raw">
      <span class="raw-bars" aria-hidden="true">
        <span class="bar-part is-candidate" style={width(differing)} />
        {noise !== null && <span class="bar-part is-noise" style={width(noise)} />}
      </span>
      <span class="raw-text">
        {percent(share(differing))}{' '}
        {noise === null ? (
          <span class="quiet" title="No control copy, so nothing tells how much of it is noise">
            / –
          </span>
        ) : (
          <span class="quiet">/ {percent(share(noise))}</span>
        )}
      </span>
    </span>
  );
}

function missingText({ verdict, missing }: StratumReport) {
  if (verdict !== 'not-enough-data') return <span class="quiet">decided</span>;
  if (missing === null)
    return (
      <span class="quiet" title="The rate so far is above the margin">
        not at this rate
      </span>
    );
  return `${plural(missing, 'pair')}`;
}

function ShareChanges({ state }: { state: SharesState }) {
  const { changes, isApplying, outcome } = state;
  return (
    <div class="share-changes" aria-live="polite">
      {changes.length > 0 && (
        <>
          <span>
            {changes.map(({ who, before, percent: after }) => (
              <span key={who} class="share-change">
                <Who name={who} /> {writePercent(before)} → <strong>{writePercent(after)}</strong>
              </span>
            ))}
          </span>
          <span class="toolbar">
            <button type="submit" class="is-main" disabled={isApplying}>
              {isApplying ? 'Applying' : `Apply ${plural(changes.length, 'change')}`}
            </button>
            <button type="button" disabled={isApplying} onClick={() => state.discard()}>
              Discard
            </button>
          </span>
        </>
      )}
      {changes.length === 0 && outcome && <Applied {...outcome} />}
      {changes.length > 0 && outcome?.error && <Applied {...outcome} />}
    </div>
  );
}
