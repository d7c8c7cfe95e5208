import type { Condition, Subject } from '../policy/model.ts';

/**
 * The JSON that the filter reads as its plugin configuration; documented for users who load the filter by hand in
 * filter/README.md. The filter refuses a configuration it cannot use and names the field.
 */
export type FilterConfig = PrimaryFilterConfig | ShadowFilterConfig;

/** In the listener: picks requests, writes the decision and the exchange id into filter state. */
export interface PrimaryFilterConfig {
  readonly role: 'primary';
  /** Most specific first; the first whose host and path match a request is its only candidate. */
  readonly mirrors: readonly FilterMirror[];
  readonly capture?: FilterCapture;
}

/** Answers of mirrored requests and of their copies are sent to the comparison layer. Absent: nothing is captured. */
export interface FilterCapture {
  /** The cluster that takes the batches. */
  readonly cluster: string;
  /** Of a longer body only so much is kept. At most 524,288. */
  readonly maxBodyBytes: number;
  /** From 10 to 60,000. */
  readonly flushIntervalMs: number;
  /** For each VM, so for each worker and role, what is captured and what is under way together. At least 1 MiB. */
  readonly maxMemoryBytes: number;
  /** Names of the request's headers that are kept. */
  readonly requestHeaders: readonly string[];
  /** Names of the answer's headers that are kept; absent: all. */
  readonly headers?: readonly string[];
  /**
   * Routes that copy, and no others, carry the metadata `shadowplane: {copies: ''}`, or `{copies: 'back'}` where the
   * candidate answers and the primary gets the copy. Absent or false: such a route is known by its name, which has to be the
   * decision (and what the candidate answers is not captured); asking for that costs Envoy more.
   */
  readonly routesAreMarked?: boolean;
  /**
   * Envoy's own answers to requests that were decided on have a status of 400 or more, so others need not be asked about.
   * Not so where a filter behind this one answers itself, or `local_reply_config` changes the status.
   */
  readonly localRepliesAreErrors?: boolean;
}

export interface FilterMirror {
  readonly name: string;
  /** Lower case, without port, `*.` allowed in front. Absent or empty: every host. */
  readonly hosts?: readonly string[];
  readonly path: string;
  readonly methods: readonly string[];
  readonly maxBodyBytes: number;
  /** What this Envoy may copy in a second, all workers together; beyond it requests pass without a copy. Absent: no budget. */
  readonly budget?: { readonly copiesPerSecond?: number; readonly bytesPerSecond?: number };
  readonly segments: ReadonlyArray<{
    readonly name: string;
    readonly when: Condition;
    /** Only with `sticky`: share of the users, decided in the filter. */
    readonly sharePerMillion?: number;
  }>;
  /** Absent: requests that are in no segment are not considered. */
  readonly sample?: { readonly sharePerMillion?: number };
  /**
   * There is a rollout: requests that are not to be copied get an id, too, that begins with their audience
   * (`orders/users/segment/employees/`, `orders/users/sample/`), so that routes can lead them to the candidate; and with
   * `sticky` every request with a key gets filter state `shadowplane.user`. A budget is used up by what is copied back, too.
   * Absent or false: nothing of it.
   */
  readonly users?: boolean;
  /** Where the user's stable key is found. The share is then decided here by hash(mirror, key), not rolled by the route. */
  readonly sticky?: Subject;
}

/** In shadow and control clusters: cuts a copy that has grown beyond its limit. */
export interface ShadowFilterConfig {
  readonly role: 'shadow';
  readonly mirrors: ReadonlyArray<{
    readonly name: string;
    readonly maxBodyBytes: number;
    /** Bytes of the candidate's copies are counted, for a budget of them. */
    readonly countsBytes?: boolean;
    /** There is a rollout: copies that go back to the primary are counted, too. */
    readonly users?: boolean;
  }>;
  readonly capture?: FilterCapture;
}
