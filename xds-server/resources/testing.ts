import type { RolloutPlan } from '../../rollout/index.ts';
import { parsePolicyFile } from '../policy/index.ts';
import type { EnvoyJson, Policy } from '../policy/model.ts';
import { ALL } from '../policy/percent.ts';

/** A plan with nothing but a way for users to the candidate. */
export const TO_EVERYONE: RolloutPlan = {
  mirror: [],
  canary: [{ audience: 'everyone', shares: [ALL] }],
  step: { atLeastMs: 0, pairs: 1 },
  gates: {},
  checks: [],
  onFailure: 'rollback',
  approve: [],
};

/** Shortens feature tests: a policy from YAML, with services a, b and c at hand. */
export function policyOf(yaml: string): Policy {
  return parsePolicyFile(`${yaml}\n${/^services:/m.test(yaml) ? '' : SERVICES}`, 'test.yaml').policy;
}

const SERVICES = `services:
  a: { address: 10.0.0.1:8080 }
  b: { address: 10.0.0.2:8080 }
  c: { address: 10.0.0.3:8080 }
`;

/** What lies at a path of keys and indices in ProtoJSON. */
export function at(message: unknown, ...path: ReadonlyArray<string | number>): unknown {
  return path.reduce((value, key) => (value as EnvoyJson | undefined)?.[key], message);
}
