/** What a new deployment of the candidate has changed: fixed, still there, new. */
import { type DifferenceItem, keyOf, reportDifferences } from './differences.ts';
import { hidingIn } from './hidden.ts';
import type { EpochHead, EpochInput } from './inputs.ts';
import { type ReportOptions, sumOf } from './verdict.ts';

export interface EpochItem {
  readonly epoch: number;
  readonly version: string | null;
  readonly begunBy: EpochInput['begunBy'];
  readonly startedAt: string;
  readonly lastComparedAt: string;
  readonly compared: number;
}

export function describeEpoch({ number, version, begunBy, startedAtMs, lastAtMs, compared }: EpochHead): EpochItem {
  return {
    epoch: number,
    version: version ?? null,
    // What a restarted control plane meets first, and does not belong to the last epoch, is another version.
    begunBy: begunBy === 'first' && number > 1 ? 'version' : begunBy,
    startedAt: new Date(startedAtMs).toISOString(),
    lastComparedAt: new Date(lastAtMs).toISOString(),
    compared,
  };
}

function headOf(epoch: EpochInput): EpochHead {
  return { ...epoch, compared: sumOf(epoch.cells, ({ pairs }) => pairs) };
}

export interface EpochComparison {
  readonly from: EpochItem;
  readonly to: EpochItem;
  /** Without what a rule hides by now: that is gone from the list, not from the candidate. */
  readonly fixed: readonly DifferenceItem[];
  readonly stillThere: readonly DifferenceItem[];
  readonly new: readonly DifferenceItem[];
  /** Gone so far, but with its old rate it might just not have shown yet in the few pairs since. */
  readonly maybeFixed: readonly DifferenceItem[];
}

/** A difference counts as fixed when its absence would be a surprise of at most this probability. */
const SURPRISE = 0.05;

export function compareEpochs(from: EpochInput, to: EpochInput, options: ReportOptions): EpochComparison {
  const before = reportDifferences(from, options);
  const after = reportDifferences(to, options);
  const keysBefore = new Set(before.map(keyOf));
  const keysAfter = new Set(after.map(keyOf));
  const pairs = new Map<string, number>();
  for (const { endpoint, pairs: more } of to.cells) pairs.set(endpoint, (pairs.get(endpoint) ?? 0) + more);
  const isHidden = hidingIn(to, options.rules, options.nowMs);
  const gone = before.filter((item) => !keysAfter.has(keyOf(item)) && !isHidden(item.endpoint, item.path));
  const isFixed = ({ endpoint, differing, noise, compared }: DifferenceItem) => {
    const rate = Math.max(differing - (noise ?? 0), 0) / compared;
    return (1 - rate) ** (pairs.get(endpoint) ?? 0) <= SURPRISE;
  };
  return {
    from: describeEpoch(headOf(from)),
    to: describeEpoch(headOf(to)),
    fixed: gone.filter(isFixed),
    stillThere: after.filter((item) => keysBefore.has(keyOf(item))),
    new: after.filter((item) => !keysBefore.has(keyOf(item))),
    maybeFixed: gone.filter((item) => !isFixed(item)),
  };
}
