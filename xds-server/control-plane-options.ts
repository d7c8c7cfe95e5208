import type { FastifyPluginCallback } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { RolloutSource } from '../rollout/index.ts';
import type { ApiAccess, XdsAccess } from './access/index.ts';
import type { EnvoyStatusSource, EventSource, OpenApiPart } from './api/index.ts';
import type { GuardSign, GuardStatus } from './guards/index.ts';
import type { Policy } from './policy/index.ts';
import type { CaptureTls } from './resources/index.ts';
import type { StatsListener } from './stats/index.ts';
import type { HeardVm, VmKeeper } from './vms/index.ts';

export interface ControlPlaneOptions {
  /** Taken over now and whenever it is saved; absent: the policy is what the store holds and the API makes of it. */
  readonly policyFile?: string;
  /** Where the policy is stored; made if it is missing. */
  readonly dataDir: string;
  /** URL of a PostgreSQL database that stores it instead. */
  readonly storeUrl?: string | undefined;
  /** `host:port`; port 0 takes a free one. */
  readonly xdsListen: string;
  /** `host:port`; port 0 takes a free one. */
  readonly apiListen: string;
  /** Who may call the API, and over what; needed beyond loopback. */
  readonly apiAccess?: ApiAccess | undefined;
  /** Which Envoys are served, and over what; needed beyond loopback. */
  readonly xdsAccess?: XdsAccess | undefined;
  /** The compiled filter; with `captureAddress` the module that can capture. */
  readonly filterWasmPath: string;
  /** `host:port` of the comparison layer as Envoys reach it; absent: nothing is captured. */
  readonly captureAddress?: string;
  /** Files on Envoy's machine with which it sends them over mutual TLS. Absent: in plain text. */
  readonly captureTls?: CaptureTls | undefined;
  /** A folder for each secret that policies may name, served by SDS; absent: there are none. */
  readonly secretsDir?: string | undefined;
  readonly logger: Logger;
  /** Further routes below `/api/v1`, of other rooms, and the registry that `/metrics` shows with ours. */
  readonly routes?: readonly FastifyPluginCallback[];
  /** What OpenAPI says of those routes. */
  readonly openApi?: readonly OpenApiPart[];
  readonly registry?: Registry;
  /** Further sources of server-sent events. */
  readonly events?: readonly EventSource[];
  /** A folder with a web page for `/`; absent: there is none. */
  readonly pageFolder?: string;
  /** What the comparison has counted of a mirror; absent: there is none, and no gate of a rollout ever opens. */
  readonly evidenceOf?: RolloutSource['evidenceOf'];
  /** Told the policy that is served, at the start and on every change. */
  readonly onPolicy?: (policy: Policy) => void;
  /** Told what Envoys count. */
  readonly stats?: StatsListener;
  /** The filter's virtual machines that capture, as far as anybody hears of them. */
  readonly heardVms?: () => readonly HeardVm[];
  /** Given what the filter's keeper has to say to people, once it is there. */
  readonly onFilterNotes?: (notes: () => readonly string[]) => void;
  /** Given who listens to what answers to copies say of the shadow guard; absent: nobody looks at answers. */
  readonly guardSigns?: (listener: (sign: GuardSign) => void) => void;
  /** `host:port` of Envoy's listener; wins over `listen` of the policy. */
  readonly listen?: string;
}

export interface Inspection {
  readonly policy: Policy;
  readonly guards: readonly GuardStatus[];
  readonly filter: ReturnType<VmKeeper['list']>;
  /** Mirrors whose copies the brake has stopped. */
  readonly stopped: readonly string[];
}

export interface ControlPlane {
  /** `host:port` with the port that was taken. */
  readonly xdsAddress: string;
  readonly apiAddress: string;
  readonly envoys: EnvoyStatusSource;
  /** The policy in force, and how guards, the filter and brakes do. */
  inspect(): Inspection;
  /** Envoys keep what they have and go on serving; the store is closed last. */
  close(): Promise<void>;
}
