import type { FastifyPluginCallback } from 'fastify';
import { Registry } from 'prom-client';
import { storeDialect } from '../store/index.ts';
import type { Mirror, Policy } from '../xds-server/policy/model.ts';
import { servicesOf } from './again/index.ts';
import { comparisonRoutes } from './api/index.ts';
import { CopyBooks } from './copies/index.ts';
import { startLiveComparison } from './live/index.ts';
import { type ComparedMirror, type PipelineOptions, startPipeline } from './pipeline/index.ts';
import type { RuleBook } from './rules/index.ts';

export interface ComparisonServerOptions {
  /** Where Envoys deliver captured answers; port 0 takes a free one. Beyond loopback `tls`, or `insecure`. */
  readonly listen: PipelineOptions['listen'];
  /** Counts and samples are kept here, in a file of their own beside the policy's. */
  readonly dataDir: string;
  /** URL of a PostgreSQL database that keeps them instead. */
  readonly storeUrl?: string | undefined;
  /** Told when the store begins to fail, and with undefined when it works again. */
  readonly onStoreFailing?: (error: unknown) => void;
}

export interface ComparisonServer {
  /** `host:port` with the port that was taken. */
  readonly captureAddress: string;
  /** Its metrics; the API adds its own to them. */
  readonly registry: Registry;
  /** To be mounted under `/api/v1`. */
  readonly routes: FastifyPluginCallback;
  /** Its server-sent events. */
  readonly events: { onEvent(listener: (event: string, data: unknown) => void): () => void };
  /** The policy that is served from now on: its mirrors are the ones compared. */
  follow(policy: Policy): void;
  /** Where Envoys' own counts of the copies are told. */
  readonly stats: Pick<CopyBooks, 'wants' | 'report' | 'gone'>;
  /** Ends the taking of answers, then writes a last time. */
  close(): Promise<void>;
}

/**
 * The comparison layer as one: takes captured answers, pairs, compares and counts them, keeps the counts, and answers
 * for them by HTTP. Nothing is compared before the first `follow`.
 *
 * @throws ShadowplaneError STORE_FAILED, or the error of listening; then nothing is left running
 */
export async function startComparison(options: ComparisonServerOptions): Promise<ComparisonServer> {
  const { listen, dataDir, storeUrl, onStoreFailing } = options;
  const registry = new Registry();
  let mirrors: readonly Mirror[] = [];
  let policy: Policy | undefined;
  let compared: ReadonlyMap<string, ComparedMirror> = new Map();
  const pipeline = await startPipeline({ listen, mirrors: new Map(), registry });
  const copies = new CopyBooks({ sinceMs: Date.now(), onLoss: (loss) => pipeline.explain(loss) });
  try {
    const { comparison, rules, events, close } = await startLiveComparison({
      dialect: storeDialect(storeUrl, dataDir, { file: 'comparison.db', durability: 'normal' }),
      tallies: pipeline.tallies,
      sampleOf: (mirror, id) => pipeline.sample(mirror, id),
      beginEpoch: (mirror) => pipeline.beginEpoch(mirror),
      mirrors: () => new Map(mirrors.map(({ name, control }) => [name, { hasControl: control !== undefined }])),
      mirroredOf: (mirror) => copies.mirrored(mirror),
      ...(onStoreFailing && { onStoreFailing }),
    });
    const compare = () => {
      compared = comparedMirrors(mirrors, rules);
      pipeline.setMirrors(compared);
    };
    rules.onChange(compare);
    return {
      captureAddress: pipeline.address,
      registry,
      routes: comparisonRoutes({
        comparison,
        rules,
        servicesOf: (mirror) => policy && servicesOf(policy, mirror),
        redactionOf: (mirror) => compared.get(mirror)?.redaction,
      }),
      events,
      follow: (followed) => {
        policy = followed;
        mirrors = followed.mirrors;
        compare();
      },
      stats: copies,
      close: async () => {
        await pipeline.close();
        await close();
      },
    };
  } catch (error) {
    await pipeline.close();
    throw error;
  }
}

function comparedMirrors(mirrors: readonly Mirror[], rules: RuleBook) {
  return new Map(mirrors.map(({ name, control }) => [name, { control: control !== undefined, rules: rules.of(name) }]));
}
