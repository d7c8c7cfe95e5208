import { describe, expect, it } from 'vitest';
import { buildRuntime } from './runtime.ts';
import { policyOf } from './testing.ts';

const SEGMENTS = 'segments: { staff: { header: x-staff, present: true } }';

describe('the runtime layer', () => {
  it('holds the share of every mirror route in parts per million', () => {
    const { mirrors } = policyOf(`
${SEGMENTS}
mirrors:
  orders: { match: { path: /o }, primary: a, shadow: b, segments: { staff: 100% }, sample: 0.25% }
  carts: { match: { path: /c }, primary: a, shadow: b }`);
    expect(buildRuntime({ mirrors, mirroring: 'on' })).toEqual({
      name: 'shadowplane',
      layer: {
        'shadowplane.orders.segment.staff': { numerator: 1_000_000, denominator: 'MILLION' },
        'shadowplane.orders.sample': { numerator: 2_500, denominator: 'MILLION' },
        'shadowplane.carts.sample': { numerator: 0, denominator: 'MILLION' },
      },
    });
  });

  it('publishes 0 for everything of a paused mirror', () => {
    const { mirrors } = policyOf(`
${SEGMENTS}
mirrors:
  orders: { match: { path: /o }, primary: a, shadow: b, segments: { staff: 100% }, sample: 5%, paused: true }`);
    expect(buildRuntime({ mirrors, mirroring: 'on' }).layer).toEqual({
      'shadowplane.orders.segment.staff': { numerator: 0, denominator: 'MILLION' },
      'shadowplane.orders.sample': { numerator: 0, denominator: 'MILLION' },
    });
  });

  it('lets everything through that a sticky mirror decided in the filter, unless it is paused', () => {
    const sticky = (more: string) =>
      policyOf(`mirrors:
  orders: { match: { path: /o }, primary: a, shadow: b, sample: 5%, sticky: { cookie: uid }${more} }`).mirrors;
    expect(buildRuntime({ mirrors: sticky(''), mirroring: 'on' }).layer).toEqual({
      'shadowplane.orders.sample': { numerator: 1_000_000, denominator: 'MILLION' },
    });
    expect(buildRuntime({ mirrors: sticky(', paused: true'), mirroring: 'on' }).layer).toEqual({
      'shadowplane.orders.sample': { numerator: 0, denominator: 'MILLION' },
    });
  });
});
