import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parsePolicyFile } from '../../xds-server/policy/index.ts';
import { demoPolicy } from './policy.ts';

it('puts the addresses of the demo into the example, and leaves the rest as it is', () => {
  const text = readFileSync(new URL('../../examples/orders/shadowplane.yaml', import.meta.url), 'utf8');
  const example = parsePolicyFile(text, 'example').policy;
  const services = example.services.map(({ name }, i) => ({ name, address: `127.0.0.1:${40_000 + i}` }));
  const changed = demoPolicy(text, { listen: '127.0.0.1:12345', services });
  const { policy } = parsePolicyFile(changed, 'demo');
  expect(policy.listen).toEqual({ host: '127.0.0.1', port: 12_345 });
  expect(policy.services.map(({ addresses }) => addresses[0])).toEqual(
    services.map((_, i) => ({ host: '127.0.0.1', port: 40_000 + i })),
  );
  expect(policy.listener.accessLog).toEqual({ to: 'stdout' });
  expect(policy.mirrors).toEqual(example.mirrors);
  expect(changed).toContain('# each service leaves out what a copy must not do');
});
