import type { StatsListener } from './stats-service.ts';

/** Several listeners as one; each is told only what it wants. */
export function allOf(listeners: readonly StatsListener[]): StatsListener {
  return {
    wants: (name) => listeners.some((listener) => listener.wants(name)),
    report: (report) => {
      for (const listener of listeners) {
        const wanted = <T>(some: ReadonlyMap<string, T> = new Map()) =>
          new Map([...some].filter(([name]) => listener.wants(name)));
        listener.report({ ...report, values: wanted(report.values), histograms: wanted(report.histograms) });
      }
    },
    gone: (node) => {
      for (const listener of listeners) listener.gone(node);
    },
  };
}
