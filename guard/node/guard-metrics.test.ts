import prom from 'prom-client';
import { expect, it } from 'vitest';
import { createShadowGuard, guardMetrics } from './index.ts';

it('a shadow says so in every metric and counts what it kept from happening', async () => {
  const registry = new prom.Registry();
  const guard = createShadowGuard({ environment: { SHADOW_MODE: 'true' } });
  guardMetrics(guard, prom, { registry, defaultLabels: { team: 'orders' } });
  new prom.Counter({ name: 'orders_total', help: 'Orders', registers: [registry] }).inc(3);
  guard.suppressed('kafka', 2);
  guard.suppressed('kafka');
  for (let scrape = 0; scrape < 2; scrape += 1) {
    const lines = (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
    expect(lines.sort()).toEqual([
      'orders_total{team="orders",shadow="true"} 3',
      'shadow_guard_suppressed_total{what="kafka",shadow="true",team="orders"} 3',
    ]);
  }
});

it('where marked and unmarked requests meet, each has its own label', async () => {
  const registry = new prom.Registry();
  const guard = createShadowGuard({ trustedProxies: ['127.0.0.1'], environment: {} });
  guardMetrics(guard, prom, { registry });
  const orders = new prom.Counter({
    name: 'orders_total',
    help: 'Orders',
    labelNames: ['shadow'],
    registers: [registry],
  });
  const count = async () => orders.inc(guard.metricLabels);
  await count();
  await guard.runShadow(count);
  await guard.runShadow(count);
  expect(await registry.metrics()).toContain('orders_total{shadow="false"} 1\norders_total{shadow="true"} 2\n');
});
