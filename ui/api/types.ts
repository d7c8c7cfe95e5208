/** The shapes that the API answers with, as the rooms that answer define them. */
import type { RuleView } from '../../compare/api/index.ts';
import type { EnvoyDetails, EnvoyStatus, GoneEnvoy, RefusedEnvoy } from '../../xds-server/api/index.ts';
import type { MirrorDocument } from '../../xds-server/policy/index.ts';

export type { RunAgainReport } from '../../compare/again/index.ts';
export type { RuleMadeView, RuleView } from '../../compare/api/index.ts';
export type {
  AnswerView,
  BriefSampleView,
  ComparedSampleView,
  DifferenceItem,
  DifferenceVerdict,
  EndpointItem,
  EpochComparison,
  EpochItem,
  HealthReport,
  LatencyArm,
  LatencyFigures,
  LatencyItem,
  RulePreview,
  SampleView,
  SeriesReport,
  StratumReport,
  VerdictReport,
} from '../../compare/report/index.ts';
export type { EnvoyStatus } from '../../xds-server/api/index.ts';
export type { BrakeReport } from '../../xds-server/brake/index.ts';
export type { EgressStatus } from '../../xds-server/egress/index.ts';
export type { GuardStatus } from '../../xds-server/guards/index.ts';
export type { Revision as RevisionItem } from '../../xds-server/policy/index.ts';
export type { FinishPreview, RolloutAnswer, RolloutView } from '../../xds-server/rollouts/view.ts';
export type { SecretView } from '../../xds-server/secrets/index.ts';
export type { FilterStatus } from '../../xds-server/vms/index.ts';

export type MirrorView = MirrorDocument & {
  readonly name: string;
  readonly revision: number;
  readonly paused: boolean;
  /** The plan as it is written; what became of it is at `/rollout`. */
  readonly rollout?: unknown;
};

/** What every change of the policy is answered with; `applied` when it was asked to wait. */
export interface Written {
  readonly revision: number;
  readonly changed: readonly string[];
  readonly warnings: ReadonlyArray<{ readonly path: string; readonly message: string }>;
  readonly applied?: { readonly acked: number; readonly of: number; readonly tookMs: number };
}

/** `GET /envoys`; what only newer control planes tell may be absent. */
export type EnvoyItem = Omit<EnvoyStatus, keyof EnvoyDetails> & Partial<EnvoyDetails>;

export interface EnvoyAnswer extends Items<EnvoyItem> {
  readonly gone?: readonly GoneEnvoy[];
  readonly refused?: readonly RefusedEnvoy[];
}

export interface Items<T> {
  readonly items: readonly T[];
}

/** What the comparison holds for harmless; nobody has said so yet. */
export interface RuleSuggestion {
  readonly rule: Pick<RuleView, 'effect' | 'path' | 'endpoint'>;
  readonly why: string;
  readonly hides: { readonly pairs: number; readonly of: number };
}
