import type { MirrorView, RolloutView } from '../../api/index.ts';
import { clock, count, duration, percent, plural, useNow } from '../../parts/index.ts';
import { progressOf } from './progress.ts';
import { byWhom, isUnderWay, sentenceOf, servicesOf, whoText } from './status.ts';

export interface HeadlineProps {
  readonly view: RolloutView;
  readonly mirror: MirrorView;
}

/** Where it is and why; what it waits for, and how far that is. */
export function Headline({ view, mirror }: HeadlineProps) {
  const { status, weights, waitingFor, plan } = view;
  const isLive = isUnderWay(view);
  const services = servicesOf(view, mirror);
  return (
    <section class="panel headline" aria-labelledby="rollout-title">
      <div class="headline-answer">
        <h1 id="rollout-title" class="rollout-sentence">
          {sentenceOf(view)}
        </h1>
        {status !== 'ready' && <p>{whoText(weights, services)}</p>}
        <Exposed view={view} shadow={services.shadow} />
        <Origin view={view} />
      </div>
      {(isLive || waitingFor.length > 0) && (
        <div class="rollout-waits">
          {isLive && <Progress view={view} />}
          {status === 'passed' && (
            <p>
              <em>Finish</em> makes it so in the policy. Until then the gates go on being asked, and one that fails{' '}
              {plan?.onFailure === 'pause' ? 'pauses it' : 'takes everyone back'}.
            </p>
          )}
          {waitingFor.length > 0 && (
            <>
              <h2>{status === 'passed' ? 'The gates still lack' : 'It waits for'}</h2>
              <Waits items={waitingFor.slice(0, MOST_WAITS)} />
              {waitingFor.length > MOST_WAITS && (
                <details>
                  <summary>{count(waitingFor.length - MOST_WAITS)} more</summary>
                  <Waits items={waitingFor.slice(MOST_WAITS)} />
                </details>
              )}
            </>
          )}
        </div>
      )}
    </section>
  );
}

/** Time and pairs come first; what gates lack stands with each of them, too. */
const MOST_WAITS = 4;

function Waits({ items }: { items: readonly string[] }) {
  return (
    <ul class="waits">
      {items.map((what) => (
        <li key={what}>{what}</li>
      ))}
    </ul>
  );
}

function Progress({ view }: { view: RolloutView }) {
  const parts = progressOf(view);
  return (
    <div class="progress-list">
      {parts.map(({ name, share, text }) => (
        <div key={name} class="progress-row">
          <span>{name}</span>
          <span class="progress" role="progressbar" aria-label={name} aria-valuenow={Math.round(share * 100)}>
            <span class={`bar-part${share >= 1 ? ' is-done' : ''}`} style={{ width: `${share * 100}%` }} />
          </span>
          <span class="progress-text">
            {text}
            {share >= 1 && <span aria-hidden="true"> ✓</span>}
          </span>
        </div>
      ))}
    </div>
  );
}

/** Users that a candidate has answered which was then found wanting are what a rollout is there to keep few. */
function Exposed({ view: { status, exposed, step, steps, gates }, shadow }: { view: RolloutView; shadow: string }) {
  const { total, step: now } = exposed;
  if (total.requests === 0) return null;
  const isBack = status === 'rolled-back' || status === 'aborted';
  const hasFailed = isBack || (status === 'paused' && gates.some(({ outcome }) => outcome === 'fail'));
  const failed = (of: number, requests: number) =>
    `${count(of)} failed${of > 0 && requests > 0 ? ` (${percent(of / requests)})` : ''}`;
  if (!hasFailed) {
    return (
      <p class="quiet">
        {shadow} has answered {plural(total.requests, "user's request", "users' requests")} since the start,{' '}
        {failed(total.failed, total.requests)}.
      </p>
    );
  }
  return (
    <div class="exposed">
      <p>
        <strong class="figure-number">{count(now.requests)}</strong>{' '}
        {now.requests === 1 ? "user's request was" : "users' requests were"} answered by {shadow} at{' '}
        {(step !== null && steps[step]?.name) || 'its last step'}: {failed(now.failed, now.requests)}.
      </p>
      <p class="quiet">
        Since the rollout began: {count(total.requests)}, {failed(total.failed, total.requests)}.
      </p>
    </div>
  );
}

/** Who drives it, and who has what it says. */
function Origin({ view }: { view: RolloutView }) {
  const { startedAt, startedBy, drivenBy, elapsedMs, delivered } = view;
  const nowMs = useNow();
  if (startedAt === null) return null;
  const isLive = isUnderWay(view);
  const { acked, of, waitingFor } = delivered;
  const isEverywhere = of > 0 && acked === of && waitingFor === null;
  return (
    <>
      {!isEverywhere && (isLive || acked < of) && (
        <p class="note">
          {acked < of
            ? `${count(acked)} of ${plural(of, 'Envoy')} ${acked === 1 ? 'has' : 'have'} these weights`
            : 'Not everywhere yet'}
          {waitingFor !== null && `: ${waitingFor}`}.{isLive && ' A step counts from when all have them.'}
        </p>
      )}
      {isLive && drivenBy === null && (
        <p class="note">No control plane drives it at the moment, so nothing moves; users stay where they are.</p>
      )}
      <p class="quiet">
        Started {clock(startedAt, nowMs)}
        {startedBy !== null && <> by {byWhom(startedBy)}</>}
        {isEverywhere && <>; {of === 1 ? 'the Envoy has' : `all ${of} Envoys have`} these weights</>}
        {isLive && drivenBy !== null && (
          <>
            ; driven by {drivenBy.isThis ? 'this control plane' : <code>{drivenBy.id}</code>}
            {elapsedMs > 0 && `, ${duration(elapsedMs)} into the step`}
          </>
        )}
        .
      </p>
    </>
  );
}
