import { DEFAULT_ADDRESSES } from '../options.ts';

/** What to try from another terminal while the demo runs; each command on a line of its own, to be copied whole. */
export function demoHints(apiUrl: string, policyFile: string, candidateControl: string): string[] {
  const isDefault = apiUrl === `http://${DEFAULT_ADDRESSES.apiListen}`;
  return [
    'From another terminal, live:',
    ...(isDefault ? [] : [`  export SHADOWPLANE_API=${apiUrl}`]),
    '  npx shadowplane mirror set orders --sample 50% --segment beta=0%',
    '  npx shadowplane mirror pause orders',
    'Move users. Its bugs stop that; deploy the corrected order-v2, and start again:',
    '  npx shadowplane rollout start orders',
    `  curl -X POST http://${candidateControl}/deploy/v2-fixed`,
    `or edit ${policyFile}. Ctrl-C stops.`,
  ];
}
