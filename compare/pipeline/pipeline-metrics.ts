import { Counter, Gauge, type Registry } from 'prom-client';
import type { VmStatus } from '../ingest/index.ts';
import type { JoinerStats } from '../join/index.ts';

/** What the pipeline counts for `/metrics`; docs/comparison.md lists it. Labels come from the policy and from lists here. */
export interface PipelineMetrics {
  exchange(mirror: string, outcome: string, count?: number): void;
  controlLost(mirror: string, cause: string): void;
  batch(result: string): void;
  halves(result: string, count: number): void;
  halvesLost(role: string, cause: string, count: number): void;
  threadLost(): void;
}

/** Read when somebody asks for the metrics. */
export interface PipelineGauges {
  joiner(): JoinerStats;
  vms(): readonly VmStatus[];
  tasks(): number;
  sampleBytes(): number;
}

export function createPipelineMetrics(registry: Registry, gauges: PipelineGauges): PipelineMetrics {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []): Counter =>
    new Counter({ name: `shadowplane_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name: `shadowplane_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });

  const exchanges = counter(
    'compare_exchanges_total',
    'Mirrored requests by how they ended: compared, or lost for one cause.',
    ['mirror', 'outcome'],
  );
  const controlsLost = counter(
    'compare_controls_lost_total',
    'Exchanges compared without the answer of the control that the mirror has, by cause.',
    ['mirror', 'cause'],
  );
  const batches = counter('capture_batches_total', 'Batches of captured answers, by what became of them.', ['result']);
  const halves = counter('capture_halves_total', 'Captured answers that arrived, by what became of them.', ['result']);
  const halvesLost = counter('capture_halves_lost_total', 'Captured answers that Envoy could not deliver.', [
    'role',
    'cause',
  ]);
  const threadsLost = counter('compare_threads_lost_total', 'Comparing threads that died or took too long.');

  gauge('compare_waiting_exchanges', 'Exchanges that wait for their other answers.', () => gauges.joiner().waiting);
  gauge('compare_waiting_bytes', 'Bytes of answers that wait for others.', () => gauges.joiner().waitingBytes);
  gauge('compare_queued_exchanges', 'Exchanges that are being compared or wait for it.', gauges.tasks);
  gauge('compare_sample_bytes', 'Bytes of exchanges kept as samples.', gauges.sampleBytes);
  new Gauge({
    name: 'shadowplane_compare_unclaimed_halves',
    help: 'Lost captured answers of exchanges of which nothing arrived, since the start.',
    labelNames: ['side', 'cause'],
    registers,
    collect() {
      this.reset();
      for (const [side, causes] of Object.entries(gauges.joiner().unclaimed)) {
        for (const [cause, count] of Object.entries(causes)) this.set({ side, cause }, count);
      }
    },
  });
  new Gauge({
    name: 'shadowplane_capture_vms',
    help: 'VMs in Envoy that capture, by state.',
    labelNames: ['role', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { role, state } of gauges.vms()) this.inc({ role, state });
    },
  });

  return {
    exchange: (mirror, outcome, count = 1) => exchanges.inc({ mirror, outcome }, count),
    controlLost: (mirror, cause) => controlsLost.inc({ mirror, cause }),
    batch: (result) => batches.inc({ result }),
    halves: (result, count) => halves.inc({ result }, count),
    halvesLost: (role, cause, count) => halvesLost.inc({ role, cause }, count),
    threadLost: () => threadsLost.inc(),
  };
}
