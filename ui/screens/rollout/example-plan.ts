/** A plan to begin with, as it is written into the policy file: this mirror's own segments first, everyone last. */
import type { MirrorView } from '../../api/index.ts';

export function examplePlan({ name, segments = {} }: Pick<MirrorView, 'name' | 'segments'>): string {
  const audiences = [
    ...Object.keys(segments).map((segment) => `        ${key(segment)}: [10%, 100%]`),
    '        everyone: [1%, 5%, 25%, 50%, 100%]',
  ];
  return [
    'mirrors:',
    `  ${key(name)}:`,
    '    rollout:',
    '      mirror: [1%, 5%, 25%, 100%]       # copies only; no user is moved',
    '      canary:                           # real users, these first',
    ...audiences,
    '      step: { atLeast: 10m, pairs: 8000 }',
    '      gates:',
    '        differences: { atMost: 0.1% }   # after noise, with all of its interval',
    '        errors: { atMost: +0.2% }',
    '        latencyP99: { atMost: +10% }',
    '      onFailure: rollback               # or pause',
    '      approve: [canary]                 # a person begins it',
    '',
  ].join('\n');
}

/** Names that YAML would read as something else, or not at all, stand in quotes. */
function key(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) && !/^(true|false|null)$/i.test(name) ? name : JSON.stringify(name);
}
