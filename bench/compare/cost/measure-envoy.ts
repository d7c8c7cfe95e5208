import {
  type BenchProcess,
  elapsedMicroseconds,
  type Lane,
  type PinnedEnvoy,
  readThreadTimes,
  runSlice,
  type Slice,
} from '../../support/index.ts';
import type { Kind, Variant } from './variants.ts';

/** One variant under load for one slice of time: what Envoy, and a server beside it, spent on a mirrored request. */
export interface EnvoyMeasurement extends Slice {
  readonly variant: string;
  readonly round: number;
  /** Of the ext_proc server; 0 in variants without one. */
  readonly serverMicrosPerRequest: number;
  /** Share of the answers, of both sides, that were captured; 0 where nothing captures. */
  readonly captured: number;
}

export interface Watched {
  readonly envoy: PinnedEnvoy;
  readonly extProc: BenchProcess;
  readonly collector: BenchProcess;
}

/** What is under way when the load pauses still arrives: the last batch, and streams that ext_proc closes late. */
const AFTERMATH_MS: Readonly<Record<Kind, number>> = { native: 0, marked: 0, select: 0, capture: 400, 'ext-proc': 400 };

/** @throws Error when requests were not mirrored, or not captured. */
export async function measureEnvoy(
  { envoy, extProc, collector }: Watched,
  variant: Variant,
  lane: Lane,
  milliseconds: number,
): Promise<Omit<EnvoyMeasurement, 'variant' | 'round'>> {
  const copiesBefore = await copiesOf(envoy, variant);
  const extProcBefore = await extProc.counts();
  const collectorBefore = await collector.counts();
  const serverBefore = readThreadTimes(extProc.pid);
  const slice = await runSlice(envoy, lane, { milliseconds, aftermathMs: AFTERMATH_MS[variant.kind] });
  const server = elapsedMicroseconds(serverBefore, readThreadTimes(extProc.pid));
  const extProcAfter = await extProc.counts();
  const collectorAfter = await collector.counts();
  const counted = {
    requests: slice.requests,
    copies: (await copiesOf(envoy, variant)) - copiesBefore,
    halves: collectorAfter.halves! - collectorBefore.halves!,
    extProcBytes: extProcAfter.bytes! - extProcBefore.bytes!,
  };
  return {
    ...slice,
    serverMicrosPerRequest: variant.kind === 'ext-proc' ? server.onCpu / slice.requests : 0,
    captured: capturedShare(variant, counted),
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
/** Answers that an earlier variant captured, in a batch that a busy machine held up, over this one's requests. */
const MOST_BELATED = 0.1;

export function capturedShare({ name, kind, bodyBytes }: Variant, counted: Counted): number {
  const { requests, copies, halves, extProcBytes } = counted;
  if (copies < requests) throw new Error(`${name}: ${copies} copies of ${requests} requests`);
  if (kind !== 'capture' && halves > requests * MOST_BELATED)
    throw new Error(`${name}: ${halves} answers were captured, and none should be`);
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
