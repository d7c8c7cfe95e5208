import type { RolloutPlan } from '../../rollout/plan.ts';
import type { PerMillion } from './percent.ts';

/**
 * The policy as the control plane works with it: validated, defaults filled in, percentages and durations parsed, names
 * resolved to exist. The document that users write (YAML, API) is turned into this by `parsePolicy`; nothing else makes one.
 */
export interface Policy {
  readonly listen: Address;
  readonly listener: ListenerOptions;
  /** Name of the service that gets what no mirror matches; without it such requests are answered 404. */
  readonly default?: string;
  readonly services: readonly Service[];
  readonly mirrors: readonly Mirror[];
  /** Ways out for shadows, each in an Envoy of the shadow's own. */
  readonly egress: readonly Egress[];
  /** `off`: nothing is copied, whatever the mirrors say, and the filter does nothing; their paths go to their primaries as before. */
  readonly mirroring: 'on' | 'off';
  /** Raw Envoy configuration that users add for what this schema lacks. */
  readonly envoy: EnvoyExtras;
}

/** The only way out for a shadow: calls that are listed pass, all others are blocked. */
export interface Egress {
  /** The service whose Envoy has it. */
  readonly service: string;
  readonly listen: Address;
  readonly allow: readonly EgressRule[];
}

export interface EgressRule {
  /** Lower case; a name or an IP address. */
  readonly host: string;
  readonly port: number;
  /** TLS with this host as its server name, by CONNECT; else plain HTTP. */
  readonly tls: boolean;
  /** Upper case; absent: all. Never with TLS. */
  readonly methods?: readonly string[];
}

export interface Address {
  /** IP address or DNS name. */
  readonly host: string;
  readonly port: number;
}

export interface ListenerOptions {
  /** `strip`: an edge, client-sent `x-shadow*` headers are removed. `trust`: an inner hop, they stay. */
  readonly markers: 'strip' | 'trust';
  /** How many trusted proxies stand in front of this Envoy (`xff_num_trusted_hops`). */
  readonly trustedHops: number;
  /** Trust the connection's own address as the client's (an edge); false behind another proxy of yours. */
  readonly useRemoteAddress: boolean;
  readonly accessLog: AccessLog;
  /** 0 = none. How long a whole request may take to arrive, how long a stream may stand still, grace on drain. */
  readonly timeouts: { readonly requestMs: number; readonly streamIdleMs: number; readonly drainMs: number };
  /** Upgrades that are let through to the primary, lower case: `websocket`. They are never mirrored. */
  readonly upgrades: readonly string[];
  /** Server side TLS of the listener; absent means plain text. */
  readonly tls?: CertificateSource;
}

/** PEM files on Envoy's machine; or a secret, which the control plane has in files of its own and serves by SDS. */
export type CertificateSource =
  | { readonly certificateFile: string; readonly privateKeyFile: string }
  | { readonly secret: string };

export interface AccessLog {
  /** Where Envoy writes its JSON access log; `off` writes none. */
  readonly to: 'off' | 'stdout' | { readonly file: string };
}

export interface Service {
  readonly name: string;
  /**
   * What the cluster of its users is called, because the user's own Envoy has it. Envoys that fetch their clusters get it
   * made where there are addresses. Copies always have clusters of ours. Absent: a cluster for each mirror.
   */
  readonly cluster?: string;
  /** Empty only where `cluster` stands and the service gets no copies. */
  readonly addresses: readonly Address[];
  readonly protocol: 'http1' | 'http2';
  /** Absent means plain text to the service. */
  readonly tls?: ServiceTls;
  /** Absent means no active health checking. */
  readonly healthCheck?: HealthCheck;
  readonly connectTimeoutMs: number;
  readonly guardProbe: GuardProbe;
}

/** How the control plane asks for the proof of a service's shadow guard. */
export interface GuardProbe {
  /** Where it asks; absent: at the addresses of the service. */
  readonly addresses?: readonly Address[];
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

export interface ServiceTls {
  /** Server name sent and verified; defaults to the first DNS address. */
  readonly serverName?: string;
  /** PEM file that Envoy reads; without it and `caSecret` the system's roots. */
  readonly caFile?: string;
  /** The same as a secret; never both. */
  readonly caSecret?: string;
  readonly clientCertificate?: CertificateSource;
  /** Do not verify the server. Never the default. */
  readonly insecure: boolean;
}

export interface HealthCheck {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
}

export interface Mirror {
  readonly name: string;
  /** Host names this mirror is for (`shop.example`, `*.shop.example`), lower case, no port. Empty means every host. */
  readonly hosts: readonly string[];
  /** This path and below it: `/api/orders` is also `/api/orders/7` and `/api/orders?x=1`, never `/api/ordersX`. */
  readonly path: string;
  readonly primary: string;
  /** The cluster that the primary names, if it does. */
  readonly primaryCluster?: string;
  readonly shadow: string;
  /** The cluster that the shadow names, where it names one and users may be moved to it. */
  readonly shadowCluster?: string;
  readonly control?: string;
  /** Upper case. Already reduced to safe methods where `sideEffects` is `none`. */
  readonly methods: readonly string[];
  readonly sideEffects: 'none' | 'guarded' | 'trusted';
  /** In order; the first that matches a request decides, also when its share is 0%. */
  readonly segments: readonly MirrorSegment[];
  /** Share of the requests that are in no segment. */
  readonly sample: PerMillion;
  /** Where the stable key of a user is found; a user without one is in no sticky share. Absent: every request is rolled anew. */
  readonly sticky?: Subject;
  readonly paused: boolean;
  readonly limits: MirrorLimits;
  /** `strip`: the copy carries no credentials of the user (`CREDENTIAL_HEADERS`); what `headers.set` sets it does. */
  readonly credentials: 'keep' | 'strip';
  /** Changes to headers of the copy only. */
  readonly headers: {
    readonly set: ReadonlyArray<readonly [name: string, value: string]>;
    readonly remove: readonly string[];
  };
  readonly compare: CompareSettings;
  /** Absent: copies are never stopped by what they cost. */
  readonly brake?: BrakeSettings;
  /** How users may be moved to the shadow, step by step. Absent: never, and Envoys have no way for it. */
  readonly rollout?: RolloutPlan;
  /**
   * Share of each audience (a segment's name, or `everyone`) whose requests the shadow answers now. Made by a rollout that
   * is under way, never by a document. Absent: nobody's. Without `rollout` it is one that has just been finished: nothing but
   * its runtime keys is needed, by Envoys that still have the routes of before.
   */
  readonly users?: Readonly<Record<string, PerMillion>>;
  /**
   * Methods of the requests that go back to the primary as a copy when the shadow has answered them. Made by what the primary
   * has proven of its guard, never by a document. Absent: those of `methods` that are safe.
   */
  readonly backMethods?: readonly string[];
}

/** What copying may cost before it is stopped by itself. */
export interface BrakeSettings {
  /** 0.5: the 99th percentile of the primary's latency may be half as much again. */
  readonly latencyIncrease: number;
  /** 0.01: of a hundred requests one more may fail. */
  readonly errorIncrease: number;
  /** Of any Envoy. */
  readonly memoryBytes: number;
  /** How long nothing is copied before it is tried again. */
  readonly calmMs: number;
}

/** How the answers of a mirror are captured, compared and kept. Header names are lower case. */
export interface CompareSettings {
  /** 0.005 is 0.5%. */
  readonly marginRate: number;
  readonly versionHeader: string;
  /** `/api/orders/{id}`, or with a method before it. */
  readonly endpoints: readonly string[];
  /** Path of an OpenAPI document, as written. */
  readonly openapi?: string;
  /** The first whose path fits, or is above what fits, decides. */
  readonly weights: ReadonlyArray<{ readonly path: string; readonly endpoint?: string; readonly weight: number }>;
  /** As users write them, each part checked. */
  readonly rules: ReadonlyArray<{ readonly author?: string; readonly [key: string]: unknown }>;
  readonly alsoCompareHeaders: readonly string[];
  readonly redact: {
    readonly headers: readonly string[];
    /** JSON Pointers, `*` for one key or index, `**` for any number of them. */
    readonly paths: readonly string[];
    readonly query: readonly string[];
    /** No bodies at all. */
    readonly bodies: boolean;
  };
  readonly capture: {
    readonly maxBodyBytes: number;
    readonly requestHeaders: readonly string[];
    /** Absent: all. */
    readonly headers?: readonly string[];
  };
  readonly retention: {
    readonly maxEpochs: number;
    readonly maxSampledEpochs: number;
    readonly maxSampleBytes: number;
  };
}

export interface MirrorSegment {
  readonly name: string;
  readonly when: Condition;
  readonly share: PerMillion;
}

export interface MirrorLimits {
  /** A request whose body is longer is not mirrored, or cut once that much has been copied. */
  readonly maxBodyBytes: number;
  /** Copies in flight per service and Envoy worker set; more are dropped by Envoy's circuit breaker. */
  readonly maxConcurrent: number;
  /** How long a copy may live. */
  readonly timeoutMs: number;
  /** Requests copied a second by one Envoy; more pass without a copy. Absent: as many as the shares say. */
  readonly copiesPerSecond?: number;
  /** Bytes of request bodies copied a second by one Envoy, likewise. */
  readonly bytesPerSecond?: number;
}

/** Where in a request a value is found. Header names are lower case. */
export type Subject =
  | { readonly header: string }
  | { readonly cookie: string }
  | { readonly query: string }
  | { readonly path: true }
  | { readonly method: true };

export type Test =
  | { readonly equals: string }
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly contains: string }
  | { readonly oneOf: readonly string[] }
  | { readonly present: boolean };

/** What users write under `segments`; also, letter for letter, what the filter reads in its JSON configuration. */
export type Condition =
  | (Subject & Test)
  | { readonly any: readonly Condition[] }
  | { readonly all: readonly Condition[] }
  | { readonly not: Condition }
  /** Evaluated by Envoy's own CEL; an evaluation error counts as no match. */
  | { readonly cel: string };

/** A raw Envoy resource or filter in ProtoJSON, as it stands in Envoy's documentation; `@type` names the message. */
export type EnvoyJson = { readonly [key: string]: unknown };

export interface EnvoyExtras {
  /** HTTP filters in front of the mirror filter (authentication: rejected requests are not mirrored) and behind it. */
  readonly httpFilters: { readonly before: readonly EnvoyJson[]; readonly after: readonly EnvoyJson[] };
  /** Whole resources that are served beside ours. */
  readonly clusters: readonly EnvoyJson[];
  readonly listeners: readonly EnvoyJson[];
  /** Routes placed in front of ours in every virtual host. */
  readonly routes: readonly EnvoyJson[];
  /** Deep-merged into what we generate: by service name into each of its clusters; into the HTTP connection manager; into the listener. */
  readonly merge: {
    readonly services: Readonly<Record<string, EnvoyJson>>;
    readonly httpConnectionManager: EnvoyJson;
    readonly listener: EnvoyJson;
  };
}
