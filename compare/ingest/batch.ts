/**
 * What the filter ships (protos/shadowplane/capture.proto), as the comparison layer holds it: of a half only what pairing
 * needs is read, the rest stays encoded until a worker thread compares it. So a waiting half costs its bytes and little
 * more, and passing it to another thread copies bytes instead of objects.
 */

/** Of a version of the service, whichever of them answered the user: during a rollout that may be the candidate. */
export type Side = 'primary' | 'candidate' | 'control';

/** Why a request was mirrored: it is in a segment, or it was drawn from everyone else. */
export type Stratum =
  | { readonly reason: 'segment'; readonly segment: string }
  | { readonly reason: 'sample'; readonly segment?: undefined };

export interface Half {
  readonly exchangeId: string;
  readonly mirror: string;
  readonly side: Side;
  readonly stratum: Stratum;
  /** Of the request; the path with its query. Empty but in the answer to the user: the copies are of the same request. */
  readonly method: string;
  readonly path: string;
  /** 0: no answer came. */
  readonly status: number;
  readonly ended: 'complete' | 'reset' | 'cut';
  /** The answer is Envoy's own, not the service's. */
  readonly localReply: boolean;
  readonly truncated: boolean;
  /** Unix time of the request, by the clock of the Envoy that saw it. */
  readonly startedAtMs: number;
  /** The whole half as it came; a copy, so that it does not hold on to the batch. */
  readonly encoded: Uint8Array;
}

/** Of a VM: that of the listener, which sees the answers to users, or that of copies' clusters. */
export type Role = 'primary' | 'shadow';

/** Since the VM started. */
export interface VmCounters {
  readonly started: number;
  readonly captured: number;
  readonly droppedOverCapacity: number;
  readonly batchesLost: number;
  readonly halvesLost: number;
}

export interface Batch {
  readonly vmId: string;
  /** 1, 2, 3, ... */
  readonly sequence: number;
  readonly role: Role;
  readonly node: string;
  readonly halves: readonly Half[];
  /** Halves that lack what every half has, such as an exchange id. */
  readonly unreadableHalves: number;
  readonly counters: VmCounters;
  readonly sentAtMs: number;
}
