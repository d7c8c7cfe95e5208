/** A rollout as it was planned, read and checked. Shares are parts per million, times milliseconds, rates 0.001 for 0.1%. */
import { formatPercent, NONE, type PerMillion } from '../xds-server/policy/percent.ts';

export interface RolloutPlan {
  /** Shares of copies, in order. Empty: no user is asked to wait for evidence of copies (a switch, blue-green). */
  readonly mirror: readonly PerMillion[];
  /** Whose real requests go to the candidate, in order. */
  readonly canary: readonly CanaryStage[];
  /** What each step must have had before its gates may open. */
  readonly step: { readonly atLeastMs: number; readonly pairs: number };
  readonly gates: Gates;
  /** What others have to say before a step is passed. */
  readonly checks: readonly ExternalCheck[];
  readonly onFailure: 'rollback' | 'pause';
  /** A person must promote before these begin. */
  readonly approve: readonly Phase[];
}

export type Phase = 'mirror' | 'canary' | 'finish';

export interface CanaryStage {
  /** A segment of the mirror; `everyone` is also who is in none. */
  readonly audience: string;
  readonly shares: readonly PerMillion[];
}

export const EVERYONE = 'everyone';

export interface Gates {
  /** Share of pairs that differ beyond noise. */
  readonly differences?: Gate;
  /** How much larger the candidate's share of failed requests may be. */
  readonly errors?: Gate;
  /** How much longer the candidate's p99 may be, as a share of the primary's: 0.1 is 10% longer. */
  readonly latencyP99?: Gate;
}

export interface Gate {
  readonly atMost: number;
  /** 0.95: see docs of the error rates it promises. */
  readonly confidence: number;
}

/** A gate that somebody else answers. Failing it counts only after `failures` answers in a row. */
export type ExternalCheck = {
  readonly name: string;
  readonly url: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly failures: number;
} & (
  | { readonly kind: 'webhook' }
  /** An instant query with one value. */
  | ({ readonly kind: 'prometheus'; readonly query: string } & (
      | { readonly atMost: number }
      | { readonly atLeast: number }
    ))
);

/** Where the traffic is to be: what Envoy's runtime layer says. */
export interface Weights {
  /** Share of the sample that is copied, for each audience alike; `as-configured` is what the mirror itself says. */
  readonly copies: PerMillion | 'as-configured';
  /** Share of each audience whose requests the candidate answers; absent is 0. */
  readonly users: Readonly<Record<string, PerMillion>>;
}

export interface Step {
  readonly phase: 'mirror' | 'canary';
  /** For people: `mirror 25%`, `canary employees 50%`. */
  readonly name: string;
  readonly weights: Weights;
}

/** Nobody is moved, and the mirror copies what it would without a rollout. */
export const AT_REST: Weights = { copies: 'as-configured', users: {} };

/** Each share of each audience is a step; what was reached by earlier audiences stays. */
export function stepsOf({ mirror, canary }: RolloutPlan): Step[] {
  const steps: Step[] = mirror.map((copies) => ({
    phase: 'mirror',
    name: `mirror ${formatPercent(copies)}`,
    weights: { copies, users: {} },
  }));
  const copies = mirror.at(-1) ?? 'as-configured';
  let reached: Record<string, PerMillion> = {};
  for (const { audience, shares } of canary) {
    for (const share of shares) {
      const users = { ...reached, [audience]: share };
      const whom = audience === EVERYONE ? '' : `${audience} `;
      steps.push({ phase: 'canary', name: `canary ${whom}${formatPercent(share)}`, weights: { copies, users } });
    }
    reached = { ...reached, [audience]: shares.at(-1) ?? NONE };
  }
  return steps;
}
