import { describe, expect, it } from 'vitest';
import { STATS_TAGS } from './stats-tags.ts';

/** As Envoy does it: the first group of each expression is cut out of the name, the second is the label's value. */
function labelsOf(name: string): { name: string; labels: Record<string, string> } {
  const labels: Record<string, string> = {};
  const cut = new Set<number>();
  for (const { tag_name, regex } of STATS_TAGS) {
    const match = new RegExp(regex, 'd').exec(name);
    if (!match) continue;
    expect(labels, `${tag_name} of ${name} twice`).not.toHaveProperty(tag_name);
    labels[tag_name] = match[2]!;
    const [from, to] = match.indices![1]!;
    for (let index = from; index < to; index += 1) cut.add(index);
  }
  return { name: [...name].filter((_, index) => !cut.has(index)).join(''), labels };
}

describe('labels of statistics', () => {
  it.each([
    [
      'wasmcustom.shadowplane.selected.mirror.orders.reason.segment.segment.vip',
      'wasmcustom.shadowplane.selected',
      { mirror: 'orders', reason: 'segment', segment: 'vip' },
    ],
    [
      'wasmcustom.shadowplane.selected.mirror.orders.reason.sample',
      'wasmcustom.shadowplane.selected',
      { mirror: 'orders', reason: 'sample' },
    ],
    [
      'wasmcustom.shadowplane.skipped.mirror.orders.cause.body_size',
      'wasmcustom.shadowplane.skipped',
      { mirror: 'orders', cause: 'body_size' },
    ],
    [
      'wasmcustom.shadowplane.copies.mirror.role.role.control',
      'wasmcustom.shadowplane.copies',
      { mirror: 'role', role: 'control' },
    ],
    [
      'cluster.orders/candidate/order-v2.upstream_rq_total',
      'cluster.upstream_rq_total',
      { mirror: 'orders', role: 'candidate', service: 'order-v2' },
    ],
    [
      'cluster.default/order-v1.upstream_rq_total',
      'cluster.upstream_rq_total',
      { role: 'default', service: 'order-v1' },
    ],
    ['cluster.somebody.else.upstream_rq_total', 'cluster.somebody.else.upstream_rq_total', {}],
    [
      'vhost.any.route.orders/segment/vip.upstream_rq_total',
      'vhost.any.route.upstream_rq_total',
      { mirror: 'orders', reason: 'segment', segment: 'vip' },
    ],
    [
      'vhost.shop/example.route.orders/sample.upstream_rq_total',
      'vhost.shop/example.route.upstream_rq_total',
      { mirror: 'orders', reason: 'sample' },
    ],
    [
      'vhost.any.route.orders/segment/vip/left-out.upstream_rq_total',
      'vhost.any.route.left-out.upstream_rq_total',
      { mirror: 'orders', reason: 'segment', segment: 'vip' },
    ],
    [
      'vhost.any.route.orders/sample/left-out.upstream_rq_total',
      'vhost.any.route.left-out.upstream_rq_total',
      { mirror: 'orders', reason: 'sample' },
    ],
    ['vhost.any.route.orders.upstream_rq_total', 'vhost.any.route.orders.upstream_rq_total', {}],
    [
      'vhost.any.route.orders/candidate/segment/vip/left-out.upstream_rq_total',
      'vhost.any.route.candidate/left-out.upstream_rq_total',
      { mirror: 'orders', reason: 'segment', segment: 'vip' },
    ],
    [
      'vhost.any.route.orders/users/sample/candidate.upstream_rq_total',
      'vhost.any.route.users/candidate.upstream_rq_total',
      { mirror: 'orders', reason: 'sample' },
    ],
    [
      'cluster.orders/back/order-v1.upstream_rq_total',
      'cluster.upstream_rq_total',
      { mirror: 'orders', role: 'back', service: 'order-v1' },
    ],
    [
      'cluster.orders/users/order-v2.upstream_rq_total',
      'cluster.upstream_rq_total',
      { mirror: 'orders', role: 'users', service: 'order-v2' },
    ],
  ])('%s', (name, short, labels) => {
    expect(labelsOf(name)).toEqual({ name: short, labels });
  });
});
