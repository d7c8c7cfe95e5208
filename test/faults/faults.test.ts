/**
 * The bounded part of the table: whatever is wrong with the shadow or the comparison layer, no request fails, every byte is
 * as it should be (the clients check), and Envoy's memory stays within the bound. How long it takes is for `npm run faults`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cleanup, type Stack, startCollector } from '../support/index.ts';
import { armOf, HEALTHY, resetPeak, settled, startServicesApart, startShadowplane } from './environment.ts';
import { measure } from './measure.ts';
import { breakCollector, COMPARISON_FAULTS } from './rows.ts';
import { FAULTS, MEMORY_BOUND_MIB, OFF, type ServiceAddresses } from './table.ts';
import { SMALL, TRAFFIC, type Traffic } from './traffic.ts';

const cleanup = new Cleanup();
let addresses: ServiceAddresses;
let stack: Stack;
beforeAll(async () => {
  ({ addresses } = cleanup.add(await startServicesApart()));
  stack = cleanup.add(await startShadowplane(addresses));
});
afterAll(() => cleanup.run());

/** A share of what a report sends. */
const few = ({ requests, requestsIfHuge }: Traffic, isHuge: boolean) =>
  Math.ceil((isHuge ? requestsIfHuge : requests) / (isHuge ? 10 : 40)) + 1;

test.each(FAULTS)('a shadow that is %s', async (fault) => {
  await resetPeak(stack.admin.pid());
  for (const traffic of TRAFFIC) {
    const arm = armOf(stack, traffic.protocol, fault, 'on');
    const outcome = (await measure(traffic, [arm], few(traffic, fault === 'answering 100 MB'))).get('on')!;
    expect(outcome, traffic.name).toMatchObject({ failed: 0, failures: [] });
  }
  expect(await stack.admin.peakMemoryMiB()).toBeLessThan(MEMORY_BOUND_MIB);
  await settled(stack);
});

/** Envoy waits so long for a connection to a shadow, by default. */
const CONNECT_TIMEOUT_MS = 1_000;

test('an upload does not wait until the connection to a dead shadow has timed out', async () => {
  const traffic = TRAFFIC.find(({ name }) => name === '20 MB chunked uploads')!;
  const outcomes = await measure(traffic, [armOf(stack, 'http1', OFF), armOf(stack, 'http1', 'dead', 'on')], 3);
  const fastest = (arm: string) => Math.min(...outcomes.get(arm)!.latenciesMs);
  expect(fastest('on')).toBeLessThan(fastest(OFF) + CONNECT_TIMEOUT_MS / 2);
});

test('a comparison layer that stalls, answers 500 and is dead', async () => {
  const collector = await startCollector();
  const captured = cleanup.add(await startShadowplane(addresses, { captureAddress: collector.address }));
  for (const how of COMPARISON_FAULTS) {
    await breakCollector(collector, how);
    for (const traffic of [SMALL, TRAFFIC[1]!]) {
      const outcome = (await measure(traffic, [armOf(captured, 'http1', HEALTHY)], few(traffic, false))).get(HEALTHY)!;
      expect(outcome, how).toMatchObject({ failed: 0, failures: [] });
    }
  }
  expect(await captured.admin.peakMemoryMiB()).toBeLessThan(MEMORY_BOUND_MIB);
});
