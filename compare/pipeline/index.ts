export type { GuardSign } from './guard-signs.ts';
export type { ComparisonSettings } from './job.ts';
export {
  type ComparedMirror,
  type Pipeline,
  type PipelineOptions,
  type PipelineStats,
  startPipeline,
} from './pipeline.ts';
