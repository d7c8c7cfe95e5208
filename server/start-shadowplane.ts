import { dirname } from 'node:path';
import type { ComparisonServerOptions, GuardSign } from '../compare/index.ts';
import { ShadowplaneError } from '../errors/index.ts';
import type { FilterModule } from '../filter/index.ts';
import type { TlsFiles } from '../tls/index.ts';
import { ensurePage } from '../ui/index.ts';
import {
  type CaptureTls,
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from '../xds-server/index.ts';
import { doctorOpenApi, doctorRoutes, gatherFacts } from './doctor/index.ts';

/** How answers are taken and compared. */
export interface ComparingOptions {
  /** Where captured answers are taken; port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** `host:port` of it as Envoys reach it. Default: where it listens. */
  readonly address?: string;
  /** Allows plain text beyond loopback. For networks that are private to the Envoys and this process. */
  readonly insecure?: boolean;
  /** Mutual TLS: what this process shows and asks for, and the files on Envoy's machine with which Envoys answer that. */
  readonly tls?: { readonly files: TlsFiles; readonly envoy: CaptureTls };
}

export interface ShadowplaneOptions
  extends Omit<
    ControlPlaneOptions,
    | 'captureAddress'
    | 'captureTls'
    | 'routes'
    | 'openApi'
    | 'events'
    | 'registry'
    | 'onPolicy'
    | 'stats'
    | 'heardVms'
    | 'onFilterNotes'
    | 'evidenceOf'
    | 'guardSigns'
  > {
  /** Absent: nothing is captured and compared, and `filterWasmPath` is the module that cannot capture. */
  readonly compare?: ComparingOptions | undefined;
}

export interface RunningShadowplane extends ControlPlane {
  /** Where captured answers are taken; undefined when none are. */
  readonly captureAddress: string | undefined;
}

/**
 * Control plane and comparison layer, all that runs beside Envoys: what `up`, `demo` and `serve` share. The comparison
 * follows the policy that the control plane serves, and answers below the same API.
 *
 * @throws ShadowplaneError what either throws; then nothing is left running
 */
export async function startShadowplane(options: ShadowplaneOptions): Promise<RunningShadowplane> {
  const { compare, ...given } = options;
  const rest = { ...given, pageFolder: given.pageFolder ?? (await ensurePage()) };
  if (!compare) {
    const doctor = askedLater();
    const controlPlane = await startControlPlane({ ...rest, routes: [doctor.routes], openApi: [doctorOpenApi] });
    doctor.ask(() => gatherFacts({ options, controlPlane }));
    return { ...controlPlane, captureAddress: undefined };
  }
  let filterNotes = (): readonly string[] => [];
  let onGuardSign = (_: GuardSign): void => {};
  const comparison = await startComparing(compare, rest, {
    filterNotes: () => filterNotes(),
    onGuardSign: (sign) => onGuardSign(sign),
  });
  const doctor = askedLater();
  try {
    const controlPlane = await startControlPlane({
      ...rest,
      captureAddress: compare.address ?? comparison.captureAddress,
      captureTls: compare.tls?.envoy,
      routes: [comparison.routes, doctor.routes],
      openApi: [comparison.openApi, doctorOpenApi],
      events: [comparison.events],
      registry: comparison.registry,
      stats: comparison.stats,
      heardVms: comparison.vms,
      onFilterNotes: (notes) => {
        filterNotes = notes;
      },
      guardSigns: (listener) => {
        onGuardSign = listener;
      },
      evidenceOf: async (mirror) => comparison.evidenceOf(mirror),
      onPolicy: comparison.follow,
    });
    doctor.ask(() => gatherFacts({ options, controlPlane, comparison }));
    return {
      ...controlPlane,
      captureAddress: comparison.captureAddress,
      close: async () => {
        await controlPlane.close();
        await comparison.close();
      },
    };
  } catch (error) {
    // The first error is the one to tell.
    await comparison.close().catch(() => {});
    throw error;
  }
}

/** Routes are mounted before there is a control plane to ask. */
function askedLater() {
  let ask: Parameters<typeof doctorRoutes>[0] = () => {
    throw new ShadowplaneError('BUSY', 'The control plane is still starting');
  };
  return {
    routes: doctorRoutes(async () => ask()),
    ask: (source: typeof ask) => {
      ask = source;
    },
  };
}

/** Only the module that captures pays for it, so without a comparison the other one is loaded. */
export function filterModule(compare: boolean): FilterModule {
  return compare ? 'filter-capture.wasm' : 'filter.wasm';
}

async function startComparing(
  { listen, insecure, tls }: ComparingOptions,
  { dataDir, storeUrl, policyFile, logger }: ShadowplaneOptions,
  told: Pick<ComparisonServerOptions, 'filterNotes' | 'onGuardSign'>,
) {
  // Loaded when it is used: without it the control plane is smaller.
  const { startComparison } = await import('../compare/index.ts');
  if (insecure) {
    logger.warn(
      { listen: `${listen.host}:${listen.port}` },
      'captured answers travel in PLAIN TEXT and anybody who reaches this port can send some: keep it in a private network',
    );
  }
  return startComparison({
    listen: {
      ...listen,
      ...(insecure && { insecure }),
      ...(tls && { tls: tls.files }),
      onTlsProblem: (error) => logger.error({ err: error }, 'the certificate for captured answers stays as it was'),
    },
    dataDir,
    storeUrl,
    ...told,
    ...(policyFile !== undefined && { folder: dirname(policyFile) }),
    onProblem: (message) => logger.warn(message),
    onStoreFailing: (error) =>
      error === undefined
        ? logger.info('the store of the comparison works again')
        : logger.error({ err: error }, 'the comparison cannot be stored; counting goes on'),
  });
}
