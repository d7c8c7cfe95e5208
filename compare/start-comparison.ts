import type { FastifyPluginCallback } from 'fastify';
import { Registry } from 'prom-client';
import { steadyMs } from '../clock/index.ts';
import type { Evidence } from '../rollout/index.ts';
import { storeDialect } from '../store/index.ts';
import type { Mirror, Policy } from '../xds-server/policy/model.ts';
import { servicesOf } from './again/index.ts';
import { comparisonOpenApi, comparisonRoutes } from './api/index.ts';
import { CopyBooks, type EnvoyCopies } from './copies/index.ts';
import { OpenApiFiles } from './endpoint/index.ts';
import { createLiveMetrics, startLiveComparison } from './live/index.ts';
import { type ComparedMirror, type Pipeline, type PipelineOptions, startPipeline } from './pipeline/index.ts';
import { fieldWeights } from './report/index.ts';
import { comparedMirror, gateSettings } from './settings.ts';
import { redactAgain } from './tally/index.ts';

export interface ComparisonServerOptions {
  /** Where Envoys deliver captured answers; port 0 takes a free one. Beyond loopback `tls`, or `insecure`. */
  readonly listen: PipelineOptions['listen'];
  /** Counts and samples are kept here, in a file of their own beside the policy's. */
  readonly dataDir: string;
  /** URL of a PostgreSQL database that keeps them instead. */
  readonly storeUrl?: string | undefined;
  /** Where relative paths of OpenAPI documents begin. Default: the working folder. */
  readonly folder?: string;
  /** Told of what is doubtful in the settings of a mirror; the comparison goes on without it. */
  readonly onProblem?: (message: string) => void;
  /** What Envoys' filters themselves have to say to people, shown with the health of mirrors. */
  readonly filterNotes?: () => readonly string[];
  /** Told what answers to copies say of the shadow guard of their service. */
  readonly onGuardSign?: PipelineOptions['onGuardSign'];
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
  /** What OpenAPI says of them. */
  readonly openApi: typeof comparisonOpenApi;
  /** Its server-sent events. */
  readonly events: { onEvent(listener: (event: string, data: unknown) => void): () => void };
  /** The policy that is served from now on: its mirrors are the ones compared. */
  follow(policy: Policy): void;
  /** What the gates of a rollout are told; undefined for a mirror without one. Cheap: asked several times a second. */
  evidenceOf(mirror: string): Evidence | undefined;
  /** Where Envoys' own counts of the copies are told. */
  readonly stats: Pick<CopyBooks, 'wants' | 'report' | 'gone'>;
  /** The filter's virtual machines, as far as they deliver captured answers. */
  readonly vms: Pipeline['vms'];
  /** What Envoys have counted of a mirror's copies. */
  copiesOf(mirror: string): readonly EnvoyCopies[];
  /** What was counted cannot be stored now. */
  isStoreFailing(): boolean;
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
  const { listen, dataDir, storeUrl, folder = '.', onProblem = () => {}, onStoreFailing, onGuardSign } = options;
  const { filterNotes = () => [] } = options;
  const registry = new Registry();
  let mirrors: ReadonlyMap<string, Mirror> = new Map();
  let policy: Policy | undefined;
  let compared: ReadonlyMap<string, ComparedMirror> = new Map();
  const pipeline = await startPipeline({ listen, mirrors: new Map(), registry, onGuardSign });
  const copies = new CopyBooks({ sinceMs: steadyMs(), onLoss: (loss) => pipeline.explain(loss) });
  try {
    const { comparison, rules, events, evidenceOf, storeStatus, close } = await startLiveComparison({
      dialect: storeDialect(storeUrl, dataDir, { file: 'comparison.db', durability: 'normal' }),
      tallies: pipeline.tallies,
      sampleOf: (mirror, id) => pipeline.sample(mirror, id),
      beginEpoch: (mirror) => pipeline.beginEpoch(mirror),
      redact: (mirror, sample) => redactAgain(sample, compared.get(mirror)?.redaction ?? {}),
      mirrors: () => new Map([...mirrors].map(([name, { control }]) => [name, { hasControl: control !== undefined }])),
      retentionOf: (mirror) => mirrors.get(mirror)?.compare.retention,
      mirroredOf: (mirror) => copies.mirrored(mirror),
      settingsOf: (name) => {
        const mirror = mirrors.get(name);
        return mirror && gateSettings(mirror);
      },
      weightOf: (name) => fieldWeights(mirrors.get(name)?.compare.weights ?? []),
      ...(onStoreFailing && { onStoreFailing }),
    });
    createLiveMetrics(registry, {
      mirrors: () => mirrors.keys(),
      tally: (mirror) => pipeline.tallies.mirror(mirror),
      mirroredOf: (mirror, role) => copies.mirrored(mirror, role),
      storeStatus,
    });
    const compare = () => {
      const templatesOf = ({ compare: { openapi } }: Mirror) =>
        openapi === undefined ? [] : files.templatesOf(openapi);
      compared = new Map(
        [...mirrors].map(([name, mirror]) => [name, comparedMirror(mirror, rules.of(name), templatesOf(mirror))]),
      );
      pipeline.setMirrors(compared);
    };
    const files = new OpenApiFiles({
      folder,
      onChange: compare,
      onProblem: (file, reason) => onProblem(`OpenAPI document ${file} is not used: ${reason}`),
    });
    let following = false;
    rules.onChange(() => {
      if (!following) compare();
    });
    const takeRules = ({ name, compare: { rules: ofPolicy } }: Mirror) => {
      try {
        rules.setOfFile(name, ofPolicy, Date.now());
      } catch (error) {
        onProblem(`rules of mirror ${name} are not used: ${error instanceof Error ? error.message : error}`);
      }
    };
    return {
      captureAddress: pipeline.address,
      registry,
      routes: comparisonRoutes({
        comparison,
        rules,
        servicesOf: (mirror) => policy && servicesOf(policy, mirror),
        marginRateOf: (mirror) => mirrors.get(mirror)?.compare.marginRate,
        weightOf: (mirror) => fieldWeights(mirrors.get(mirror)?.compare.weights ?? []),
        redactionOf: (mirror) => compared.get(mirror)?.redaction,
        comparedAs: (mirror) => {
          const { versionHeader = '', alsoCompareHeaders = [] } = compared.get(mirror) ?? {};
          return { versionHeader, alsoCompareHeaders: new Set(alsoCompareHeaders) };
        },
        healthOf: (mirror) => ({
          envoys: copies.envoys(mirror),
          vms: pipeline.vms(),
          filterNotes: filterNotes(),
          maxRequests: mirrors.get(mirror)?.limits.maxConcurrent ?? 0,
          store: { pendingRows: storeStatus().pendingRows, failing: storeStatus().failing !== undefined },
        }),
      }),
      openApi: comparisonOpenApi,
      events,
      evidenceOf,
      follow: (followed) => {
        policy = followed;
        const gone = [...mirrors.keys()];
        mirrors = new Map(followed.mirrors.map((mirror) => [mirror.name, mirror]));
        files.use([...new Set(followed.mirrors.flatMap(({ compare: { openapi } }) => openapi ?? []))]);
        // Listeners hear of every change of rules, but the pipeline takes all of it at once.
        following = true;
        for (const name of gone) if (!mirrors.has(name)) rules.setOfFile(name, [], Date.now());
        for (const mirror of followed.mirrors) takeRules(mirror);
        following = false;
        compare();
      },
      stats: copies,
      vms: () => pipeline.vms(),
      copiesOf: (mirror) => copies.envoys(mirror),
      isStoreFailing: () => storeStatus().failing !== undefined,
      close: async () => {
        files.close();
        await pipeline.close();
        await close();
      },
    };
  } catch (error) {
    await pipeline.close();
    throw error;
  }
}
