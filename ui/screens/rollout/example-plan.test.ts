import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePolicy } from '../../../xds-server/policy/index.ts';
import { examplePlan } from './example-plan.ts';

it.each([
  ['orders', { employees: '100%', 'big-carts': '50%', null: '10%' }],
  ['no', undefined],
])('is a plan that the policy takes, with the segments of the mirror: %s', (name, segments) => {
  const { mirrors } = parse(examplePlan({ name, ...(segments && { segments }) }));
  expect(Object.keys(mirrors)).toEqual([name]);
  const conditions = Object.fromEntries(
    Object.keys(segments ?? {}).map((one) => [one, { header: 'x-group', equals: one }]),
  );
  const mirror = { match: { path: '/' }, primary: 'v1', shadow: 'v2', sample: '5%', ...(segments && { segments }) };
  const { policy } = parsePolicy({
    services: { v1: { address: '127.0.0.1:1' }, v2: { address: '127.0.0.1:2' } },
    segments: conditions,
    mirrors: { [name]: { ...mirror, ...mirrors[name] } },
  });
  const audiences = policy.mirrors[0]!.rollout!.canary.map(({ audience }) => audience);
  expect(audiences).toEqual([...Object.keys(segments ?? {}), 'everyone']);
});
