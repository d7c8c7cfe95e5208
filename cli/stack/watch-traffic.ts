import { setTimeout as pause } from 'node:timers/promises';
import type { EnvoyAdmin } from '../../envoy/index.ts';
import type { ApiClient } from '../api-client.ts';
import type { MirrorItem } from '../view/mirror-item.ts';
import { type MirrorTraffic, readTraffic, TRAFFIC_FILTER } from '../view/traffic.ts';

export interface TrafficSnapshot {
  readonly mirrors: readonly MirrorItem[];
  readonly now: readonly MirrorTraffic[];
  readonly before: { readonly traffic: readonly MirrorTraffic[]; readonly agoMs: number } | undefined;
}

/**
 * Reads mirrors and counters once a second until stopped. A reading that fails (Envoy restarts) is left out; the next one
 * starts rates anew.
 */
export async function watchTraffic(
  api: ApiClient,
  admin: () => EnvoyAdmin,
  stop: AbortSignal,
  onSnapshot: (snapshot: TrafficSnapshot) => void,
): Promise<void> {
  let last: { traffic: readonly MirrorTraffic[]; atMs: number } | undefined;
  while (!stop.aborted) {
    try {
      const { items: mirrors } = await api.get<{ items: readonly MirrorItem[] }>('/mirrors');
      const counters = await admin().stats(TRAFFIC_FILTER);
      if (stop.aborted) return;
      const atMs = performance.now();
      const now = readTraffic(mirrors, counters);
      onSnapshot({ mirrors, now, before: last && { traffic: last.traffic, agoMs: atMs - last.atMs } });
      last = { traffic: now, atMs };
    } catch {
      last = undefined;
    }
    await pause(1_000, undefined, { signal: stop }).catch(() => {});
  }
}
