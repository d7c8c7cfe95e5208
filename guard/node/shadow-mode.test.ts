import { expect, it } from 'vitest';
import { createShadowGuard } from './index.ts';
import { readShadowMode, trustedAddresses } from './shadow-mode.ts';

it('reads SHADOW_MODE and refuses what is neither true nor false', () => {
  expect(['true', 'TRUE', '1', ' true '].map((SHADOW_MODE) => readShadowMode({ SHADOW_MODE }))).not.toContain(false);
  expect(['false', '0', ''].map((SHADOW_MODE) => readShadowMode({ SHADOW_MODE }))).not.toContain(true);
  expect(readShadowMode({})).toBe(false);
  expect(() => readShadowMode({ SHADOW_MODE: 'ture' })).toThrow(/"ture"/);
});

it('knows trusted addresses and networks, also as a dual-stack socket shows them', () => {
  const isTrusted = trustedAddresses(['10.1.0.0/16', '192.168.0.7', 'fd00::/8']);
  expect(['10.1.2.3', '::ffff:10.1.2.3', '192.168.0.7', 'fd00::1'].filter(isTrusted)).toHaveLength(4);
  expect(['10.2.0.1', '::ffff:10.2.0.1', '192.168.0.8', 'fe80::1', 'proxy', undefined].filter(isTrusted)).toEqual([]);
  for (const wrong of ['proxy.local', '10.0.0.0/33', '10.0.0.0/', '']) {
    expect(() => trustedAddresses([wrong]), wrong).toThrow(/neither an IP address nor a network/);
  }
});

it('the marker is "true" in any case, also when it came twice', () => {
  const guard = createShadowGuard({ trustedProxies: ['127.0.0.1'], environment: {} });
  const decide = (marker?: string) => guard.decide(marker, '127.0.0.1');
  expect(['true', 'True', 'true, true', 'false, true'].map(decide)).toEqual(Array(4).fill('shadow'));
  expect([undefined, '', 'false', 'yes'].map(decide)).toEqual(Array(4).fill('real'));
});

it('a job is shadow work from its beginning to its end, with a span that says so', async () => {
  const attributes: [string, unknown][] = [];
  const activeSpan = () => ({ setAttribute: (key: string, value: unknown) => attributes.push([key, value]) });
  const guard = createShadowGuard({ environment: {}, activeSpan });
  expect(await guard.runShadow(async () => guard.metricLabels)).toEqual({ shadow: 'true' });
  expect(attributes).toEqual([['shadow_mode', true]]);
  expect([guard.isShadow, guard.metricLabels]).toEqual([false, { shadow: 'false' }]);
});
