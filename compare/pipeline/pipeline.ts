import type { Registry } from 'prom-client';
import { steadyMs } from '../../clock/index.ts';
import { type CaptureServerOptions, startCaptureServer, type VmStatus } from '../ingest/index.ts';
import type { JoinerOptions, JoinerStats, KnownLoss } from '../join/index.ts';
import type { RedactedSample, Redaction, Tallies, TalliesOptions } from '../tally/index.ts';
import type { DiffPoolOptions } from './diff-pool.ts';
import type { GuardSign } from './guard-signs.ts';
import type { ComparisonSettings } from './job.ts';
import { PipelineCore } from './pipeline-core.ts';

/**
 * The comparison layer from batches to counts: takes what Envoys ship, pairs it, compares it in worker threads and counts.
 * Every exchange of which anything arrives ends in exactly one count. Memory is bounded in every step; where a step lags,
 * exchanges are dropped and counted, and nothing is ever held against Envoy.
 */
export interface PipelineOptions {
  readonly listen: Pick<
    CaptureServerOptions,
    'host' | 'port' | 'tls' | 'onTlsProblem' | 'insecure' | 'maxBodyBytes' | 'maxReceivingBytes'
  >;
  /** Halves of other mirrors are dropped and counted. May be changed by `setMirrors`. */
  readonly mirrors: ReadonlyMap<string, ComparedMirror>;
  readonly registry: Registry;
  readonly joiner?: Pick<JoinerOptions, 'windowMs' | 'maxWaiting' | 'maxBytes' | 'maxEnded'>;
  readonly diff?: Pick<DiffPoolOptions, 'workers' | 'maxTasks' | 'maxBytes' | 'jobTimeoutMs'>;
  readonly tally?: TalliesOptions;
  /** Told what answers to copies say of the shadow guard, where a mirror wants to know. */
  readonly onGuardSign?: ((sign: GuardSign) => void) | undefined;
  /** Told when a comparing thread was lost. */
  readonly onThreadLost?: (cause: Error) => void;
}

export interface ComparedMirror extends ComparisonSettings {
  /** Whether copies also go to a control. */
  readonly control: boolean;
  /** Whether its receivers have to show their shadow guard. */
  readonly showsGuard?: boolean;
  /** Whether it has a rollout, whose gates ask for more than a verdict does. */
  readonly hasRollout?: boolean;
  /** How long a copy may live. */
  readonly copyTimeoutMs?: number;
  readonly redaction?: Redaction;
  /** Path templates such as `/api/orders/{id}`; paths that match none are learnt. */
  readonly templates?: readonly string[];
}

export interface Pipeline {
  /** Where batches are taken: `127.0.0.1:18001`. */
  readonly address: string;
  /** Counts, for reading. */
  readonly tallies: Tallies;
  setMirrors(mirrors: ReadonlyMap<string, ComparedMirror>): void;
  /** Losses that others have observed: copies that Envoy refused to send, for instance. */
  explain(loss: KnownLoss): void;
  beginEpoch(mirror: string): void;
  /** Redacted by the rules of its mirror. */
  sample(mirror: string, id: string): RedactedSample | undefined;
  vms(): VmStatus[];
  stats(): PipelineStats;
  close(): Promise<void>;
}

export interface PipelineStats extends JoinerStats {
  /** Exchanges that are being compared or wait for it. */
  readonly comparing: number;
}

const ADVANCE_EVERY_MS = 250;

export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const core = new PipelineCore(options);
  const server = await startCaptureServer({
    ...options.listen,
    onBatch: (body) => core.take(body, steadyMs()),
    onRefused: (status) => core.refused(status),
  }).catch(async (error) => {
    await core.close();
    throw error;
  });
  const timer = setInterval(() => core.advance(steadyMs()), ADVANCE_EVERY_MS);
  return {
    address: server.address,
    tallies: core.tallies,
    setMirrors: (mirrors) => core.setMirrors(mirrors),
    explain: (loss) => core.joiner.explain(loss, steadyMs()),
    beginEpoch: (mirror) => core.tallies.beginEpoch(mirror, Date.now()),
    sample: (mirror, id) => core.sample(mirror, id),
    vms: () => core.vms.list(steadyMs()),
    stats: () => ({ ...core.joiner.stats(), comparing: core.pool.tasks }),
    close: async () => {
      clearInterval(timer);
      await server.close();
      await core.close();
    },
  };
}
