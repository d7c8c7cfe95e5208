import type { HealthReport } from '../../compare/report/index.ts';
import type { MirrorItem } from './mirror-item.ts';
import { errorsOf, type MirrorTraffic, readTraffic } from './traffic.ts';

type Copies = HealthReport['envoys'][number]['candidate'];

/**
 * The same as `readTraffic`, from what Envoys have told the control plane, added up. Route counters are not among it, so what
 * was copied is known by receiver and not by group; errors are the same.
 */
export function healthTraffic(mirrors: readonly MirrorItem[], reports: readonly HealthReport[]): MirrorTraffic[] {
  const byMirror = new Map(reports.map((report) => [report.mirror, report]));
  const traffic = readTraffic(mirrors, filterCounters(reports));
  return traffic.map((mirror) => ({
    ...mirror,
    groups: mirror.groups.map((group) => ({ ...group, copied: undefined })),
    receivers: mirror.receivers.map((receiver) => {
      const copies = (byMirror.get(mirror.name)?.envoys ?? []).flatMap((envoy) => envoy[receiver.role] ?? []);
      const sum = (pick: (of: Copies) => number) => copies.reduce((total, of) => total + pick(of), 0);
      return {
        ...receiver,
        copies: sum(({ sent }) => sent),
        errors: sum(
          ({ responses, overflow, resets, timeouts }) => errorsOf(responses['5xx'] ?? 0, overflow, resets) + timeouts,
        ),
        refused: sum(({ overflow }) => overflow),
      };
    }),
  }));
}

/** By the names that Envoy shows: health leaves out the mirror. */
function filterCounters(reports: readonly HealthReport[]): Map<string, number> {
  const counters = new Map<string, number>();
  for (const { mirror, envoys } of reports) {
    for (const [name, value] of envoys.flatMap(({ filter }) => Object.entries(filter))) {
      const [kind, ...rest] = name.split('.');
      const full = `wasmcustom.shadowplane.${kind}.mirror.${mirror}.${rest.join('.')}`;
      counters.set(full, (counters.get(full) ?? 0) + value);
    }
  }
  return counters;
}
