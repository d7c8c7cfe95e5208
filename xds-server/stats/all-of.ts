import type { StatsListener } from './stats-service.ts';

/** Several listeners as one; each is told only what it wants. */
export function allOf(listeners: readonly StatsListener[]): StatsListener {
  return {
    wants: (name) => listeners.some((listener) => listener.wants(name)),
    report: (report) => {
      for (const listener of listeners) {
        const wanted = [...report.values].filter(([name]) => listener.wants(name));
        listener.report({ ...report, values: new Map(wanted) });
      }
    },
    gone: (node) => {
      for (const listener of listeners) listener.gone(node);
    },
  };
}
