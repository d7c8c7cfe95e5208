import { Counter, Gauge, type Registry } from 'prom-client';
import { STATUSES } from '../../rollout/index.ts';
import type { Rollouts } from './rollouts.ts';

const SHOWN = ['ready', ...STATUSES] as const;

/** What a dashboard and an alert need of rollouts. */
export function addRolloutMetrics(registry: Registry, rollouts: Pick<Rollouts, 'views' | 'onEvent'>): void {
  const registers = [registry];
  new Gauge({
    name: 'shadowplane_rollout_status',
    help: '1: the rollout of this mirror has this status; 0 for all others.',
    labelNames: ['mirror', 'status'],
    registers,
    collect() {
      this.reset();
      for (const view of rollouts.views()) {
        for (const status of SHOWN) this.set({ mirror: view.mirror, status }, view.status === status ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'shadowplane_rollout_step',
    help: 'Step of the rollout under way, from 1; 0 before the first.',
    labelNames: ['mirror'],
    registers,
    collect() {
      this.reset();
      for (const { mirror, step } of rollouts.views()) this.set({ mirror }, step === null ? 0 : step + 1);
    },
  });
  new Gauge({
    name: 'shadowplane_rollout_weight',
    help: 'Share of an audience that the candidate answers, from 0 to 1, as the rollout wants it.',
    labelNames: ['mirror', 'audience'],
    registers,
    collect() {
      this.reset();
      for (const { mirror, weights } of rollouts.views()) {
        this.set({ mirror, audience: 'everyone' }, 0);
        for (const [audience, share] of Object.entries(weights.users)) {
          this.set({ mirror, audience }, share / 1_000_000);
        }
      }
    },
  });
  new Counter({
    name: 'shadowplane_rollout_exposed_requests_total',
    help: "Users' requests that the candidate answered in the newest rollout, well or not.",
    labelNames: ['mirror', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const { mirror, exposed } of rollouts.views()) {
        const { requests, failed } = exposed.total;
        this.inc({ mirror, outcome: 'answered' }, requests - failed);
        this.inc({ mirror, outcome: 'failed' }, failed);
      }
    },
  });
  const events = new Counter({
    name: 'shadowplane_rollout_events_total',
    help: 'What has happened to rollouts: steps, failures, and what people asked for.',
    labelNames: ['mirror', 'kind'],
    registers,
  });
  rollouts.onEvent(({ mirror, event }) => {
    if (event) events.inc({ mirror, kind: event.kind });
  });
}
