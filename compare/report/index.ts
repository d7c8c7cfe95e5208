export {
  type DifferenceItem,
  type DifferencesOptions,
  type DifferenceVerdict,
  reportDifferences,
} from './differences.ts';
export { type EndpointItem, reportEndpoints } from './endpoints.ts';
export { compareEpochs, describeEpoch, type EpochComparison, type EpochItem } from './epochs.ts';
export { type HealthInput, type HealthReport, reportHealth } from './health.ts';
export type {
  Arm,
  ByArm,
  CellInput,
  EpochHead,
  EpochInput,
  FieldInput,
  LatencyInput,
  LocalRepliesInput,
  LossInput,
  MirrorInput,
  SeriesPointInput,
  Stratum,
} from './inputs.ts';
export { type LatencyArm, type LatencyFigures, type LatencyItem, reportLatency } from './latency.ts';
export { type HiddenField, previewRule, type RulePreview } from './preview.ts';
export {
  type AnswerView,
  type BriefSampleView,
  type ComparedAs,
  type ComparedSampleView,
  decodeSample,
  encodeSample,
  type SampleInput,
  type SampleView,
  viewAnswer,
  viewSample,
  viewSampleBriefly,
  viewSampleCompared,
} from './sample.ts';
export { reportSeries, type SeriesReport } from './series.ts';
export { type RuleSuggestion, suggestRules, volatileFields } from './suggestions.ts';
export { emptyVerdict, type ReportOptions, reportVerdict, type StratumReport, type VerdictReport } from './verdict.ts';
export { fieldWeights } from './weights.ts';
