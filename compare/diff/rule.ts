/** Rules: what a person has declared harmless, where, why and until when. */

/** The form that both values must have to count as equal. */
export type ValueFormat = 'timestamp' | 'date' | 'uuid' | 'ulid' | 'hash' | 'number' | 'string';

export type RuleEffect =
  /** Nothing at this path or below it counts. */
  | { readonly effect: 'ignore' }
  /**
   * Numbers, and strings that are plain decimals, count as equal when they differ by at most `absolute`, or by at most
   * `relative` (0.01 is 1%) of the larger one. Computed in double precision.
   */
  | { readonly effect: 'tolerance'; readonly absolute?: number; readonly relative?: number }
  /** Values count as equal when both have this form. */
  | { readonly effect: 'format'; readonly format: ValueFormat }
  /** The order of this array's elements means nothing. */
  | { readonly effect: 'unordered' }
  /** Elements of this array belong together by what stands at `key`, a JSON Pointer within the element. */
  | { readonly effect: 'keyed'; readonly key: string }
  /** `null` and an absent key are the same. */
  | { readonly effect: 'nullEqualsMissing' };

export type Rule = RuleEffect & {
  readonly id: string;
  /** `GET /api/orders/{id}`; if not specified, all endpoints of the mirror. */
  readonly endpoint?: string;
  /**
   * A JSON Pointer into the body where `*` stands for one key or index and `**` for any number of them, or `:status`,
   * `:grpc-status`, `:body`, `:message`, `header:NAME`, `trailer:NAME` (there a `*` at the end stands for any rest). It
   * matches whole segments: `/id` says nothing of `/identity`.
   */
  readonly path: string;
  readonly reason: string;
  readonly author: string;
  /** Milliseconds since 1970; from then on the rule has no effect. If not specified, it never expires. */
  readonly expiresAtMs?: number;
};
