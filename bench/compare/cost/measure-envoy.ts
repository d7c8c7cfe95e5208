import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BenchProcess,
  elapsedMicroseconds,
  type Load,
  type PinnedEnvoy,
  readThreadTimes,
  runLoad,
} from '../../support/index.ts';
import { REQUEST, type Variant } from './variants.ts';

/** One variant under load once: what Envoy, and a server beside it, spent on a mirrored request. */
export interface EnvoyMeasurement {
  readonly variant: string;
  readonly round: number;
  readonly requests: number;
  readonly cpuMicrosPerRequest: number;
  /** Of the ext_proc server; 0 in variants without one. */
  readonly serverMicrosPerRequest: number;
  /** Share of the answers, of both sides, that were captured; 0 where nothing captures. */
  readonly captured: number;
  /** Share of the time that Envoy was ready but something else had its core. */
  readonly disturbance: number;
}

export interface Watched {
  readonly envoy: PinnedEnvoy;
  readonly extProc: BenchProcess;
  readonly collector: BenchProcess;
}

/** What is under way when the load ends still arrives: the last batch, and streams that ext_proc closes late. */
const SETTLE_MS = 500;

/**
 * Puts load on one variant and reads the CPU time of whole processes around it. @throws Error when requests failed, were
 * not mirrored, or were not captured.
 */
export async function measureEnvoy(
  { envoy, extProc, collector }: Watched,
  variant: Variant,
  load: Pick<Load, 'core' | 'connections' | 'seconds'>,
): Promise<Omit<EnvoyMeasurement, 'variant' | 'round'>> {
  const copiesBefore = await copiesOf(envoy, variant);
  const extProcBefore = await extProc.counts();
  const collectorBefore = await collector.counts();
  const [timesBefore, serverBefore] = [readThreadTimes(envoy.pid), readThreadTimes(extProc.pid)];
  const startedAt = performance.now();
  const url = `http://127.0.0.1:${envoy.port(variant.name)}`;
  const requests = await runLoad({ ...load, url, request: REQUEST });
  await sleep(SETTLE_MS);
  const { onCpu, waiting } = elapsedMicroseconds(timesBefore, readThreadTimes(envoy.pid));
  const server = elapsedMicroseconds(serverBefore, readThreadTimes(extProc.pid));
  const elapsedMicros = (performance.now() - startedAt) * 1000;
  const extProcAfter = await extProc.counts();
  const collectorAfter = await collector.counts();
  const counted = {
    requests,
    copies: (await copiesOf(envoy, variant)) - copiesBefore,
    halves: collectorAfter.halves! - collectorBefore.halves!,
    extProcBytes: extProcAfter.bytes! - extProcBefore.bytes!,
  };
  return {
    requests,
    cpuMicrosPerRequest: onCpu / requests,
    serverMicrosPerRequest: variant.kind === 'ext-proc' ? server.onCpu / requests : 0,
    captured: capturedShare(variant, counted),
    disturbance: waiting / elapsedMicros,
  };
}

export interface Counted {
  readonly requests: number;
  readonly copies: number;
  readonly halves: number;
  readonly extProcBytes: number;
}

/** Under a load without pause Envoy drops what the other end does not take in time; below this nothing is captured at all. */
const LEAST_CAPTURED = 0.01;

export function capturedShare({ name, kind, bodyBytes }: Variant, counted: Counted): number {
  const { requests, copies, halves, extProcBytes } = counted;
  if (copies < requests) throw new Error(`${name}: ${copies} copies of ${requests} requests`);
  if (kind !== 'capture' && halves > 0) throw new Error(`${name}: ${halves} answers were captured, and none should be`);
  if (kind !== 'capture' && kind !== 'ext-proc') return 0;
  const share = kind === 'capture' ? halves / (2 * requests) : extProcBytes / (2 * requests * bodyBytes);
  if (share < LEAST_CAPTURED)
    throw new Error(`${name}: only ${(share * 100).toFixed(0)}% of the answers were captured`);
  // Requests that were under way when the load ended are captured and not counted.
  return Math.min(1, share);
}

async function copiesOf(envoy: PinnedEnvoy, { name }: Variant): Promise<number> {
  const stats = await envoy.stats(`^cluster\\.${name}/candidate/v2\\.upstream_rq_total$`);
  return stats.get(`cluster.${name}/candidate/v2.upstream_rq_total`) ?? 0;
}
