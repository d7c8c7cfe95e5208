import type { DifferenceItem, EndpointItem, MirrorView, VerdictReport } from '../../api/index.ts';
import {
  clock,
  count,
  duration,
  IntervalAxis,
  IntervalBar,
  percent,
  plural,
  useNow,
  VerdictBadge,
} from '../../parts/index.ts';
import { hrefTo } from '../../state/index.ts';

export interface HeadlineProps {
  readonly mirror: MirrorView;
  readonly verdict: VerdictReport;
  readonly endpoints: readonly EndpointItem[] | undefined;
  /** The difference with the largest impact. */
  readonly top: DifferenceItem | undefined;
}

/** The answer to the question, its reason, and how sure it is. */
export function Headline({ mirror, verdict, endpoints, top }: HeadlineProps) {
  const nowMs = useNow();
  const { compared, mismatch, marginRate, epoch, version, epochStartedAt, notes, differing, noise } = verdict;
  const isHidden = verdict.verdict === 'different' && mismatch.low <= marginRate && noise !== null;
  return (
    <section class="panel headline" aria-labelledby="headline-title">
      <div class="headline-answer">
        <h1 id="headline-title" class="headline-verdict">
          <VerdictBadge verdict={verdict.verdict} large />
        </h1>
        <p class="headline-sentence">{sentenceOf(verdict, endpoints)}</p>
        {top && <TopDifference item={top} />}
        <p class="quiet">
          {compared === 0 ? (
            nothingYet(mirror)
          ) : (
            <>
              {plural(compared, 'pair')} of <span class="arm is-primary">{mirror.primary}</span> and{' '}
              <span class="arm is-candidate">{mirror.shadow}</span>
              {version !== null && <> {version}</>}, epoch {epoch}, since {clock(epochStartedAt, nowMs)}.
            </>
          )}
        </p>
        {notes.map((note) => (
          <p key={note} class="note">
            {note}
          </p>
        ))}
      </div>
      {compared > 0 && (
        <figure class="headline-rate">
          <figcaption>
            <span class="figure-number">
              {percent(mismatch.low)} to {percent(mismatch.high)}
            </span>{' '}
            of pairs differ beyond noise
            <span class="quiet">
              at 95%, most likely {percent(mismatch.rate)}; up to {percent(marginRate)} it is the same
            </span>
          </figcaption>
          <IntervalAxis margin={marginRate} />
          <IntervalBar {...mismatch} margin={marginRate} tone={verdict.verdict} />
          <p class="quiet">
            {noise === null
              ? `${plural(differing, 'pair')} of ${count(compared)} differ; no control tells how much of it is noise.`
              : `Raw, ${count(differing)} pairs differ; ${count(noise)} do so between two instances of ${mirror.primary}.`}
            {isHidden && ' Pair by pair, noise covers what differs; field by field it does not.'}
          </p>
        </figure>
      )}
    </section>
  );
}

function TopDifference({ item: { endpoint, path, kind, differing, noise, compared } }: { item: DifferenceItem }) {
  const beyond = Math.max(0, differing - (noise ?? 0)) / Math.max(compared, 1);
  return (
    <p>
      First of all{' '}
      <a href={hrefTo({ screen: 'groups', endpoint, path, kind })}>
        <code>{path === '' ? '(whole body)' : path}</code> {kind}
      </a>{' '}
      in {percent(beyond)} of <code>{endpoint}</code>
    </p>
  );
}

function sentenceOf(
  { verdict, compared, missing, marginRate }: VerdictReport,
  endpoints: readonly EndpointItem[] = [],
) {
  const different = endpoints.filter((item) => item.verdict === 'different');
  const fields = different.reduce((sum, item) => sum + item.fields.different, 0);
  if (verdict === 'different') {
    if (fields === 0) return 'It answers differently beyond noise.';
    return `${plural(fields, 'field')} of ${plural(different.length, 'endpoint')} ${fields === 1 ? 'differs' : 'differ'} beyond noise.`;
  }
  if (verdict === 'same') return `In every segment at most ${percent(marginRate)} of pairs differ beyond noise.`;
  if (compared === 0) return 'Nothing has been compared yet.';
  if (missing === null) {
    return 'Differences are seen, but none is certain yet. More pairs will tell.';
  }
  return `${plural(missing, 'pair')} more until it can be called the same${waitText(missing, endpoints)}.`;
}

function waitText(missing: number, endpoints: readonly EndpointItem[]): string {
  const perHour = endpoints.reduce((sum, { coverage }) => sum + coverage.pairsPerHour, 0);
  return perHour > 0 ? `, about ${duration((missing / perHour) * 3_600_000)} at this rate` : '';
}

function nothingYet({ paused, sample = '0%', segments = {} }: MirrorView): string {
  if (paused) return 'The mirror is paused: resume it to compare.';
  const isSilent = [sample, ...Object.values(segments)].every((share) => Number.parseFloat(share) === 0);
  if (isSilent) return 'No request is copied: raise a share below.';
  return 'Answers are compared as soon as requests arrive at the listener and are copied.';
}
