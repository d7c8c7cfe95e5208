/** What the API needs to know of the Envoys, whoever knows it. */
export interface EnvoyStatusSource {
  /** The connected Envoys. */
  list(): readonly EnvoyStatus[];
  /** Those that have left since this process began, and have not come back; newest first. */
  gone?(): readonly GoneEnvoy[];
  /** Those that were turned away, the last of each name, newest first. */
  refused?(): readonly RefusedEnvoy[];
  /** Calls back on each event; returns the function that ends it. */
  onEvent(listener: (event: EnvoyEvent) => void): () => void;
}

/** How far an Envoy has come with what it is served. */
export interface EnvoyProgress {
  /** The newest revision that it has in use, in all that it asks for; null: none that is known. */
  readonly revision: number | null;
  /** ISO 8601, UTC: since when it lacks something; null: it has all in use. */
  readonly behindSince: string | null;
  /** What it has last rejected since it connected, also when that has been taken back since; null: nothing. */
  readonly rejectedRevision: RejectedRevision | null;
}

export interface RejectedRevision extends EnvoyRejection {
  /** The revision that brought what it rejected. */
  readonly revision: number;
}

/** What an Envoy shows of itself beyond what it was sent. */
export interface EnvoyDetails {
  /** As its bootstrap says in `node.metadata.shadowplane`. */
  readonly setup: {
    readonly listener: 'ours' | 'own';
    readonly streams: 'ads' | 'delta' | 'sotw';
    /** The service whose way out it is. */
    readonly egress?: string;
  };
  /** What it is seen to lack for the policy to hold there. */
  readonly problems: ReadonlyArray<{ readonly code: string; readonly message: string; readonly remedy: string }>;
  /** What cannot be told of it from here. */
  readonly unseen: readonly string[];
  /** By its own statistics, all copies together; null: it sends none. */
  readonly copies: { readonly sent: number; readonly active: number; readonly at: string } | null;
}

export interface GoneEnvoy {
  readonly node: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

export interface EnvoyStatus extends EnvoyProgress, EnvoyDetails {
  readonly node: string;
  /** Envoy's version, such as 1.40.0; empty when it did not say. */
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly connectedSince: string;
  /** By resource type (LDS, RDS, CDS, EDS, RTDS, ECDS): what was sent and acknowledged. */
  readonly types: Readonly<Record<string, unknown>>;
  /** Of what it still lacks because it rejected it. */
  readonly lastRejection: EnvoyRejection | null;
}

export interface RefusedEnvoy {
  readonly node: string;
  /** Address that it came from. */
  readonly from: string;
  readonly reason: string;
  readonly times: number;
  /** ISO 8601, UTC, of the last time. */
  readonly at: string;
}

interface EnvoyRejection {
  readonly type: string;
  /** Envoy's own words. */
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface EnvoyEvent {
  readonly kind: 'connected' | 'disconnected' | 'acked' | 'rejected' | 'refused';
  readonly node: string;
  /** Resource type of an acknowledgement or rejection. */
  readonly type?: string;
  readonly version?: string;
  /** Envoy's own words of a rejection; why it was refused. */
  readonly message?: string;
  /** Address of one that was refused. */
  readonly from?: string;
}

/** How far a revision has come. `of` counts the connected Envoys; fewer `acked` means the time was up. */
export interface Applied {
  readonly acked: number;
  readonly of: number;
  readonly tookMs: number;
  /** The first Envoy that refused it, if one did. */
  readonly rejection?: { readonly node: string; readonly message: string };
}

/** Resolves when every connected Envoy has acknowledged the revision, one has rejected it, or the time is up. */
export type WaitForApplied = (revision: number, timeoutMs: number) => Promise<Applied>;
