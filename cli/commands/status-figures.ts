import { setTimeout as pause } from 'node:timers/promises';
import type { HealthReport } from '../../compare/report/index.ts';
import { createEnvoyAdmin } from '../../envoy/index.ts';
import { healthTraffic } from '../view/health-traffic.ts';
import type { MirrorItem } from '../view/mirror-item.ts';
import { type MirrorTraffic, readTraffic, TRAFFIC_FILTER } from '../view/traffic.ts';

const RATE_INTERVAL_MS = 1_000;

export interface Figures {
  readonly now: readonly MirrorTraffic[];
  /** For rates; the control plane's figures have none. */
  readonly before?: { readonly traffic: readonly MirrorTraffic[]; readonly agoMs: number };
}

export interface FiguresOf {
  /** Of the admin interface. */
  readonly address: string;
  /**
   * Undefined: it is the one that was asked for. Else what connected Envoys call themselves: at an address that nobody has named
   * there may be an Envoy of another control plane, whose figures would pass for ours.
   */
  readonly nodes?: readonly string[] | undefined;
}

/** What the Envoy at an address counts; undefined where none answers, or one that is not connected here. */
export async function readFigures(
  { address, nodes }: FiguresOf,
  mirrors: readonly MirrorItem[],
): Promise<Figures | undefined> {
  const admin = createEnvoyAdmin(address);
  try {
    if (nodes && !nodes.includes((await admin.serverInfo()).node?.id ?? '')) return undefined;
    const startedMs = performance.now();
    const traffic = readTraffic(mirrors, await admin.stats(TRAFFIC_FILTER));
    await pause(RATE_INTERVAL_MS);
    const now = readTraffic(mirrors, await admin.stats(TRAFFIC_FILTER));
    return { now, before: { traffic, agoMs: performance.now() - startedMs } };
  } catch {
    return undefined;
  }
}

/** What Envoys stream to the control plane; none where it does not compare, or no Envoy has told anything. */
export function streamedFigures(mirrors: readonly MirrorItem[], reports: readonly HealthReport[]): Figures | undefined {
  if (reports.every(({ envoys }) => envoys.length === 0)) return undefined;
  return { now: healthTraffic(mirrors, reports) };
}
