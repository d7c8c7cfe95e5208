/**
 * Users' requests without an answer, as one Envoy counts them on the routes of one audience to one service. Envoy counts a
 * request when it is sent to a service, and again when the head of an answer is there. One that the user gives up before
 * is counted by nothing else; what lies between the two is given up or under way. Under way is at most what the service's
 * cluster has open, streams whose head has long been there and other audiences' requests among them: so the rest has been
 * given up for certain. A request that is sent again counts as another one, which is taken off.
 */
export class OpenRequests {
  /** Were sent before anything is counted here: so many of those that are answered from now on may be these. */
  readonly before: number;
  #between = 0;
  #restBefore = Number.NEGATIVE_INFINITY;
  #surely = 0;

  constructor(before = 0) {
    this.before = before;
  }

  /** By how much Envoy's count has grown. */
  add(stat: 'total' | 'retry' | 'completed', grown: number): void {
    this.#between += stat === 'total' ? grown : -grown;
  }

  /**
   * After all counts of a report.
   *
   * @param open of the cluster; undefined: not known, and then neither is what has been given up
   * @returns how many more have surely been given up
   */
  settle(open: number | undefined): number {
    const rest = open === undefined ? Number.NEGATIVE_INFINITY : this.#between - open;
    // Counts of a report are of slightly different moments: what is no more in the next one never was.
    const surely = Math.max(this.#surely, Math.min(rest, this.#restBefore));
    this.#restBefore = rest;
    const more = surely - this.#surely;
    this.#surely = surely;
    return more;
  }

  /** Beside those: given up, or under way. */
  get open(): number {
    return Math.max(0, this.#between - this.#surely);
  }
}
