import { statfs } from 'node:fs/promises';
import type { CopyCounts, EnvoyCopies } from '../../compare/copies/index.ts';
import type { VmStatus } from '../../compare/ingest/index.ts';
import type { ControlPlane, ControlPlaneOptions } from '../../xds-server/index.ts';
import { isLoopbackHost, parseListenAddress } from '../../xds-server/policy/index.ts';
import type { CapturingMachine, CopiesTo, Facts } from './facts.ts';

export interface FactSources {
  readonly options: Pick<ControlPlaneOptions, 'apiListen' | 'apiAccess' | 'xdsListen' | 'xdsAccess' | 'dataDir'>;
  readonly controlPlane: Pick<ControlPlane, 'envoys' | 'inspect'>;
  /** Absent: nothing is compared. */
  readonly comparison?:
    | { vms(): readonly VmStatus[]; isStoreFailing(): boolean; copiesOf(mirror: string): readonly EnvoyCopies[] }
    | undefined;
}

export async function gatherFacts({ options, controlPlane, comparison }: FactSources): Promise<Facts> {
  const { apiAccess = {}, xdsAccess = {} } = options;
  const disk = await statfs(options.dataDir).catch(() => undefined);
  const inspected = controlPlane.inspect();
  return {
    atMs: Date.now(),
    ...inspected,
    envoys: controlPlane.envoys.list(),
    api: {
      beyondLoopback: isBeyond(options.apiListen),
      guarded: [apiAccess.tokenFile, apiAccess.token, apiAccess.tls?.clientAuthorityFile].some(
        (one) => one !== undefined,
      ),
    },
    xds: { beyondLoopback: isBeyond(options.xdsListen), guarded: xdsAccess.tls !== undefined },
    ...(comparison && {
      comparison: {
        machines: comparison.vms().filter(isCurrent).map(machineOf),
        storeFailing: comparison.isStoreFailing(),
        copies: inspected.policy.mirrors.flatMap(({ name, control }) => {
          const envoys = comparison.copiesOf(name);
          return [
            copiesTo(
              name,
              'shadow',
              envoys.map(({ candidate }) => candidate),
            ),
            ...(control === undefined
              ? []
              : [
                  copiesTo(
                    name,
                    'control',
                    envoys.map((envoy) => envoy.control),
                  ),
                ]),
          ];
        }),
      },
    }),
    ...(disk && { disk: { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize } }),
  };
}

function isBeyond(address: string): boolean {
  return !isLoopbackHost(parseListenAddress(address).host);
}

/** What a machine had lost that was replaced since is in the figures of its mirror; it is no risk any more. */
function isCurrent({ state }: VmStatus): boolean {
  return state !== 'replaced';
}

function machineOf({ node, counters, clockBehindMs }: VmStatus): CapturingMachine {
  return { node, dropped: counters.droppedOverCapacity + counters.halvesLost, clockBehindMs };
}

function copiesTo(mirror: string, role: CopiesTo['role'], counts: readonly CopyCounts[]): CopiesTo {
  const sum = (pick: (of: CopyCounts) => number) => counts.reduce((total, of) => total + pick(of), 0);
  const withoutConnection = sum(({ connectFailures }) => connectFailures);
  return {
    mirror,
    role,
    tried: sum(({ sent }) => sent) + withoutConnection,
    withoutConnection,
    answered: sum(({ responses: { '5xx': _, ...others } }) =>
      Object.values(others).reduce((total, some) => total + some, 0),
    ),
  };
}
