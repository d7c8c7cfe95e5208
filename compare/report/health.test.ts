import { expect, it } from 'vitest';
import { type HealthInput, reportHealth } from './index.ts';
import { MIRROR, NO_COPIES, START_MS } from './testing.ts';

const envoy = (more: Partial<HealthInput['envoys'][number]> = {}) => ({
  node: 'edge-1',
  connected: true,
  lastReportAtMs: START_MS,
  candidate: { ...NO_COPIES, sent: 10, responses: { '2xx': 10 } },
  control: NO_COPIES,
  primary: NO_COPIES,
  filter: { 'selected.reason.sample': 10 },
  ...more,
});
const vm = (role: 'primary' | 'shadow', more: Partial<HealthInput['vms'][number]> = {}) => ({
  vmId: role,
  node: 'edge-1',
  role,
  state: 'alive' as const,
  firstBatchAtMs: START_MS,
  lastBatchAtMs: START_MS + (role === 'primary' ? 5 : 9),
  batches: 3,
  missingBatches: 0,
  counters: { started: 10, captured: 10, droppedOverCapacity: 0, batchesLost: 0, halvesLost: 0 },
  ...more,
});
const STORE = { pendingRows: 0, failing: false };

it('shows every Envoy, and nothing to do where all is well', () => {
  const vms = [vm('primary'), vm('shadow'), vm('primary', { node: 'edge-2' })];
  const { breakerOpen: _, ...copies } = envoy().candidate;
  expect(reportHealth(MIRROR, { envoys: [envoy()], vms, maxRequests: 64, store: STORE })).toEqual({
    mirror: 'orders',
    envoys: [
      {
        node: 'edge-1',
        connected: true,
        lastReportAt: '2026-01-05T12:00:00.000Z',
        candidate: { ...copies, breaker: { open: false, maxRequests: 64 } },
        control: expect.objectContaining({ sent: 0 }),
        filter: { 'selected.reason.sample': 10 },
        capture: {
          delivered: 20,
          dropped: { over_capacity: 0, batch_lost: 0 },
          lastHeartbeatAt: '2026-01-05T12:00:00.009Z',
        },
      },
    ],
    lost: { expired: 2 },
    controlLost: {},
    notes: [],
  });
  expect(
    reportHealth({ ...MIRROR, hasControl: false }, { envoys: [envoy()], vms, maxRequests: 64, store: STORE }).envoys[0],
  ).not.toHaveProperty('control');
});

it.each<[RegExp, Partial<HealthInput>]>([
  [/No Envoy has told/, { envoys: [] }],
  [/^edge-1: has left/, { envoys: [envoy({ connected: false })] }],
  [/^edge-1: the circuit breaker is open/, { envoys: [envoy({ candidate: { ...NO_COPIES, breakerOpen: true } })] }],
  [/^edge-1: could not connect/, { envoys: [envoy({ control: { ...NO_COPIES, connectFailures: 1 } })] }],
  [/^edge-1: has delivered no captured answer/, { vms: [] }],
  [
    /^edge-1: has dropped/,
    { vms: [vm('shadow', { counters: { ...vm('shadow').counters, halvesLost: 1, batchesLost: 1 } })] },
  ],
  [/^edge-1: a worker has stopped/, { vms: [vm('primary'), vm('shadow', { state: 'silent' })] }],
  [/7 rows wait/, { store: { pendingRows: 7, failing: true } }],
])('says what to look after: %s', (note, input) => {
  const { notes } = reportHealth(MIRROR, {
    envoys: [envoy()],
    vms: [vm('primary')],
    maxRequests: 1,
    store: STORE,
    ...input,
  });
  expect(notes).toEqual([expect.stringMatching(note)]);
});

it('says what Envoys’ filters and the brakes have to say, before all else', () => {
  const input = { envoys: [envoy({ connected: false })], vms: [], maxRequests: 64, store: STORE };
  const { notes } = reportHealth(MIRROR, { ...input, filterNotes: ['edge-1: the filter died'] });
  expect(notes[0]).toBe('edge-1: the filter died');
  expect(notes).toEqual(['edge-1: the filter died', ...reportHealth(MIRROR, input).notes]);
});
