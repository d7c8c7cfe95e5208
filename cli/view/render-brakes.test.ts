import { expect, it } from 'vitest';
import type { BrakeReport } from '../../xds-server/brake/index.ts';
import type { FilterStatus } from '../../xds-server/vms/index.ts';
import { PLAIN as style } from '../output/style.ts';
import { renderBrakes } from './render-brakes.ts';

const BRAKE: BrakeReport = {
  mirror: 'orders',
  state: 'on',
  since: '2026-01-05T12:00:00.000Z',
  releaseAt: '2026-01-05T12:10:00.000Z',
  reason: 'Envoy has 65 MiB allocated; the bound is 64 MiB',
  stops: 1,
  bounds: null,
  memoryBytes: null,
  measured: [],
};
const FILTER: FilterStatus = {
  role: 'primary',
  state: 'off',
  deadSince: null,
  reviveAt: null,
  deaths: 5,
  revivals: 4,
  last: { at: '2026-01-05T12:00:00.000Z', nodes: ['edge-1'], reason: '' },
};

it('says nothing while all is well', () => {
  expect(renderBrakes([{ ...BRAKE, state: 'released' }], [{ ...FILTER, state: 'running' }], { style })).toEqual([]);
});

it('says what has stopped copies, and what brings them back', () => {
  expect(renderBrakes([BRAKE], [FILTER], { style })).toEqual([
    'orders: brake on, nothing is copied: Envoy has 65 MiB allocated; the bound is 64 MiB; tried again at 2026-01-05T12:10:00.000Z',
    'filter (primary) died in edge-1: it stays off until POST /api/v1/filter/revive',
  ]);
});
