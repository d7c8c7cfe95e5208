/** What a rule would hide, before anyone makes it. */
import { type CompiledRules, compileRules, type Rule } from '../diff/index.ts';
import type { Outcome } from '../judge/index.ts';
import { reportDifferences } from './differences.ts';
import { IgnoredFields } from './ignored.ts';
import type { EpochInput, MirrorInput } from './inputs.ts';
import { diffSample, type SampleInput } from './sample.ts';
import { type ReportOptions, reportVerdict } from './verdict.ts';

export interface HiddenField {
  readonly endpoint: string;
  readonly path: string;
  readonly kind: string;
  /** How many it would hide, of how many. */
  readonly hidden: number;
  readonly of: number;
}

export interface RulePreview {
  /**
   * `counts`: of all pairs of this epoch that differ. `samples`: of the samples that were kept, compared again, because
   * counts do not know values.
   */
  readonly basis: 'counts' | 'samples';
  readonly hides: readonly HiddenField[];
  /** Of the mirror; only where counts tell. */
  readonly verdict?: { readonly without: Outcome; readonly with: Outcome };
  /** Samples that were compared again. */
  readonly samples?: number;
}

export function previewRule(
  rule: Rule,
  { mirror, epoch, samples }: { mirror: MirrorInput; epoch: EpochInput; samples: readonly SampleInput[] },
  options: ReportOptions,
): RulePreview {
  return rule.effect === 'ignore'
    ? previewByCounts(rule, mirror, epoch, options)
    : previewBySamples(rule, samples, options);
}

function previewByCounts(rule: Rule, mirror: MirrorInput, epoch: EpochInput, options: ReportOptions): RulePreview {
  const ignored = new IgnoredFields([rule], options.nowMs);
  const hides = reportDifferences(epoch, { ...options, includeNoise: true })
    .filter(({ verdict, endpoint, path }) => verdict !== 'ignored' && ignored.ruleFor(endpoint, path))
    .map(({ endpoint, path, kind, differing }) => ({ endpoint, path, kind, hidden: differing, of: differing }));
  const withRule = { ...options, rules: [...options.rules, rule] };
  return {
    basis: 'counts',
    hides,
    verdict: {
      without: reportVerdict(mirror, epoch, options).verdict,
      with: reportVerdict(mirror, epoch, withRule).verdict,
    },
  };
}

function previewBySamples(rule: Rule, samples: readonly SampleInput[], { rules, nowMs }: ReportOptions): RulePreview {
  const found = new Map<string, { field: Omit<HiddenField, 'hidden' | 'of'>; hidden: number; of: number }>();
  for (const { exchange, endpoint } of samples) {
    const differ = (compiled: CompiledRules) =>
      new Map(diffSample(exchange, compiled).map(({ kind, path }) => [`${kind} ${path}`, { endpoint, path, kind }]));
    const left = differ(compileRules([...rules, rule], endpoint, nowMs));
    for (const [key, field] of differ(compileRules(rules, endpoint, nowMs))) {
      const counts = found.get(`${endpoint} ${key}`) ?? { field, hidden: 0, of: 0 };
      counts.of += 1;
      if (!left.has(key)) counts.hidden += 1;
      found.set(`${endpoint} ${key}`, counts);
    }
  }
  const hides = [...found.values()]
    .filter(({ hidden }) => hidden > 0)
    .map(({ field, hidden, of }) => ({ ...field, hidden, of }))
    .sort((one, other) => other.hidden - one.hidden);
  return { basis: 'samples', hides, samples: samples.length };
}
