import type { ShadowGuard } from './shadow-guard.ts';

/** What is needed of `prom-client` (the module itself, or a part of it). */
interface PromLike {
  /** Generic in prom-client, which checks the configuration itself. */
  readonly Counter: new (
    configuration: never,
  ) => CounterLike;
  readonly register: RegistryLike;
}
interface CounterLike {
  reset(): void;
  inc(labels: Record<string, string>, value: number): void;
}
interface RegistryLike {
  setDefaultLabels(labels: object): void;
}

export interface GuardMetricsOptions {
  /** Default: prom-client's own. */
  readonly registry?: RegistryLike;
  /** The service's own default labels: a registry has one set of them. */
  readonly defaultLabels?: Readonly<Record<string, string>>;
}

/**
 * Counts what was kept from happening in `shadow_guard_suppressed_total{what, shadow="true"}`. With `SHADOW_MODE=true`, every
 * metric of the registry gets `shadow="true"`, so that dashboards can leave the shadow out. In a process that serves both
 * kinds of requests, give `guard.metricLabels` to the metrics of a request.
 */
export function guardMetrics(guard: ShadowGuard, prom: PromLike, options: GuardMetricsOptions = {}): void {
  const registry = options.registry ?? prom.register;
  if (guard.mode === 'always') registry.setDefaultLabels({ ...options.defaultLabels, ...guard.metricLabels });
  const Counter = prom.Counter as new (configuration: object) => CounterLike;
  new Counter({
    name: 'shadow_guard_suppressed_total',
    help: 'Writes, messages and calls of shadow work that were kept from happening',
    labelNames: ['what', 'shadow'],
    registers: [registry],
    collect(this: CounterLike) {
      this.reset();
      for (const [what, count] of guard.suppressedCounts) this.inc({ what, shadow: 'true' }, count);
    },
  });
}
