import { expect, it } from 'vitest';
import { type HeardVm, silentVms } from './signs.ts';

const vm = (vmId: string, fields: Partial<HeardVm> = {}): HeardVm => ({
  vmId,
  node: 'edge-1',
  role: 'primary',
  state: 'alive',
  firstBatchAtMs: 1_000,
  lastBatchAtMs: 10_000,
  ...fields,
});
const NOW_MS = 14_000;
const silent = { state: 'silent', lastBatchAtMs: 5_000 } as const;

it('one that is silent while its company still speaks is dead', () => {
  expect(silentVms([vm('main'), vm('worker', silent)], 0, NOW_MS)).toMatchObject([{ node: 'edge-1', role: 'primary' }]);
});

it.each([
  ['all are silent: the network, or Envoy', [vm('main', silent), vm('worker', silent)]],
  ['those that speak have begun since: Envoy has restarted', [vm('main', { firstBatchAtMs: 6_000 }), vm('w', silent)]],
  [
    'those that speak began long before it: another Envoy of its name',
    [vm('main', { firstBatchAtMs: -9_001 }), vm('w', silent)],
  ],
  ['it has been replaced', [vm('main'), vm('worker', { ...silent, state: 'replaced' })]],
  ['only another role speaks', [vm('main', { role: 'shadow' }), vm('worker', silent)]],
  ['only another Envoy speaks', [vm('main', { node: 'edge-2' }), vm('worker', silent)]],
])('not when %s', (_, vms) => {
  expect(silentVms(vms, 0, NOW_MS)).toEqual([]);
});

it('what began before the last revival ends by itself', () => {
  const vms = [vm('main'), vm('worker', silent)];
  expect(silentVms(vms, 1_000, NOW_MS)).toHaveLength(1);
  expect(silentVms(vms, 1_001, NOW_MS)).toEqual([]);
});

it('one call that hangs holds a heartbeat up for 7 s and is no death', () => {
  const vms = [vm('main'), vm('worker', silent)];
  expect(silentVms(vms, 0, 5_000 + 7_500)).toEqual([]);
  expect(silentVms(vms, 0, 5_000 + 7_501)).toHaveLength(1);
});
