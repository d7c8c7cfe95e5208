import { parsePolicyFile } from '../policy/index.ts';
import type { EnvoyJson, Policy } from '../policy/model.ts';

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
