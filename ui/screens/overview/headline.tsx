import type { EndpointItem, MirrorView, VerdictReport } from '../../api/index.ts';
import {
  clock,
  count,
  duration,
  IntervalAxis,
  IntervalBar,
  intervalText,
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
}

/** The answer to the question, its reason, and how sure it is. */
export function Headline({ mirror, verdict, endpoints }: HeadlineProps) {
  const nowMs = useNow();
  const { compared, mismatch, marginRate, epoch, version, epochStartedAt, notes, differing, noise } = verdict;
  return (
    <section class="panel headline" aria-labelledby="headline-title">
      <div class="headline-answer">
        <h1 id="headline-title" class="headline-verdict">
          <VerdictBadge verdict={verdict.verdict} large />
        </h1>
        <p class="headline-sentence">{sentenceOf(verdict, endpoints)}</p>
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
            <span class="figure-number">{percent(mismatch.rate)}</span> of pairs differ beyond noise
            <span class="quiet">
              95% between {percent(mismatch.low)} and {percent(mismatch.high)}; the margin is {percent(marginRate)}
            </span>
          </figcaption>
          <IntervalAxis margin={marginRate} />
          <IntervalBar {...mismatch} margin={marginRate} tone={verdict.verdict} />
          <p class="quiet">
            {count(differing)} differ raw
            {noise === null
              ? '; no control tells how many of them are noise'
              : `, ${count(noise)} as between two instances of the primary`}
            . <span class="hidden">{intervalText(mismatch)}</span>
            <a href={hrefTo({ screen: 'fields' })}>Which fields</a>
          </p>
        </figure>
      )}
    </section>
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
    return 'What differs is too rare to be certain, and too frequent to call it the same. More pairs will tell.';
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
