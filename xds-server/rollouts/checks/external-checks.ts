/**
 * Asks what a plan wants others to be asked, each check on its own, again and again. An answer counts for the step that it
 * was asked about, and no answer is ever taken for a good one.
 */
import type { ExternalCheck, RolloutState, Step } from '../../../rollout/index.ts';
import type { CheckView } from '../view.ts';
import { judgePrometheus, judgeWebhook, type Said } from './judge.ts';
import { send } from './send.ts';

/** What a webhook is told. */
export interface AskedAbout {
  readonly mirror: string;
  /** Name of the step. */
  readonly step: string;
  readonly phase: Step['phase'];
  readonly weights: Step['weights'];
  readonly status: RolloutState['status'];
}

export interface ExternalChecksOptions {
  /** Called when a check has another outcome than before, so that a rollout need not wait for its next look. */
  readonly onChange?: () => void;
}

interface Asked {
  readonly check: ExternalCheck;
  readonly given: AbortController;
  outcome: CheckView['outcome'];
  why: string;
  atMs: number | null;
  refusals: number;
  timer?: NodeJS.Timeout;
}

export class ExternalChecks {
  readonly #onChange: () => void;
  #asked: readonly Asked[] = [];
  #about: AskedAbout | undefined;
  #period: string | undefined;

  constructor({ onChange = () => {} }: ExternalChecksOptions = {}) {
    this.#onChange = onChange;
  }

  /**
   * Asks these checks from now on. What has been said stays as long as `period` is the same, and a check that is the same
   * goes on as it was; in another period all are asked anew, at once.
   *
   * @param period one step with its weights in force, so that no answer is used for another
   */
  follow(checks: readonly ExternalCheck[], about: AskedAbout, period: string): void {
    const before = this.#period === period ? this.#asked : [];
    this.#about = about;
    this.#period = period;
    const asked = checks.map((check) => before.find((one) => isSame(one.check, check)) ?? begun(check));
    for (const one of this.#asked) if (!asked.includes(one)) end(one);
    this.#asked = asked;
    for (const one of asked) if (!before.includes(one)) void this.#ask(one);
  }

  /** In the order of the plan. */
  list(): CheckView[] {
    return this.#asked.map(({ check: { name, kind }, outcome, why, atMs }) => ({
      name,
      kind,
      outcome,
      why,
      at: atMs === null ? null : new Date(atMs).toISOString(),
    }));
  }

  /** Asks nobody any more; what was said last stays to be read. */
  close(): void {
    for (const one of this.#asked) end(one);
    this.#period = undefined;
  }

  async #ask(one: Asked): Promise<void> {
    const said = await answerOf(one.check, this.#about!, one.given.signal);
    if (one.given.signal.aborted) return;
    one.timer = setTimeout(() => void this.#ask(one), one.check.intervalMs);
    one.timer.unref();
    const { outcome } = one;
    take(one, said);
    if (one.outcome !== outcome) this.#onChange();
  }
}

async function answerOf(check: ExternalCheck, about: AskedAbout, signal: AbortSignal): Promise<Said> {
  const url = new URL(check.url);
  const common = { timeoutMs: check.timeoutMs, signal };
  try {
    const said =
      check.kind === 'webhook'
        ? judgeWebhook(await send({ ...common, url, method: 'POST', body: JSON.stringify(about) }))
        : judgePrometheus(await send({ ...common, url: queryUrl(url, check.query), method: 'GET' }), check);
    return { ...said, why: `${url.host} ${said.why}` };
  } catch (error) {
    return { what: 'nothing', why: `${url.host} ${error instanceof Error ? error.message : error}` };
  }
}

/** Behind a path there may be a proxy, and its own parameters stay. */
function queryUrl(base: URL, query: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/api/v1/query`;
  url.searchParams.set('query', query);
  return url;
}

function begun(check: ExternalCheck): Asked {
  const why = 'no answer yet';
  return { check, given: new AbortController(), outcome: 'not-enough-data', why, atMs: null, refusals: 0 };
}

/** One that is silent neither adds to the answers in a row that say no, nor ends them. */
function take(one: Asked, { what, why }: Said): void {
  const { failures } = one.check;
  one.atMs = Date.now();
  if (what === 'yes') one.refusals = 0;
  if (what === 'no') one.refusals += 1;
  const isRefused = what === 'no' && one.refusals >= failures;
  one.outcome = what === 'yes' ? 'pass' : isRefused ? 'fail' : 'not-enough-data';
  const times = what === 'no' && !isRefused ? `, ${one.refusals} of the ${failures} times in a row that it takes` : '';
  one.why = `${why}${times}`;
}

function end({ given, timer }: Asked): void {
  given.abort();
  clearTimeout(timer);
}

function isSame(one: ExternalCheck, other: ExternalCheck): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
