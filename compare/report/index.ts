export {
  type DifferenceItem,
  type DifferencesOptions,
  type DifferenceVerdict,
  reportDifferences,
} from './differences.ts';
export { type EndpointItem, reportEndpoints } from './endpoints.ts';
export { compareEpochs, describeEpoch, type EpochComparison, type EpochItem } from './epochs.ts';
export type { CellInput, EpochInput, FieldInput, LossInput, MirrorInput, Stratum } from './inputs.ts';
export { type HiddenField, previewRule, type RulePreview } from './preview.ts';
export {
  type AnswerView,
  type BriefSampleView,
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
export { fieldWeights } from './weights.ts';
export { emptyVerdict, type ReportOptions, reportVerdict, type StratumReport, type VerdictReport } from './verdict.ts';
export { fieldWeights } from './weights.ts';
