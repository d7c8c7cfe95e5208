/**
 * A candidate that takes users' requests and never answers. Envoy counts a request by its status when it is over, and one
 * that the client gave up by none, so a service that hangs has neither failures nor successes: no gate would see it. Here
 * requests are looked at from their beginning. Only silence counts that nothing else explains: not a single answer while
 * many wait, so neither slow requests among others nor long streams are taken for it.
 */
import { grownSince, type StatsListener, type StatsReport } from '../stats/index.ts';
import type { Unfit } from './delivery.ts';

interface Slot {
  readonly atMs: number;
  readonly begun: number;
  readonly over: number;
}

export const LEAST_SILENT = 10;
/** Who has no answer by then mostly never gets one. */
const PATIENCE_MS = 30_000;
/** What was before is no news; so the next rollout does not suffer from it either. */
const WINDOW_MS = 120_000;

const ROUTE =
  /^vhost\.[^.]+\.route\.(?<mirror>[^./]+)\/(?:candidate\/(?:sample|segment\/[^./]+)(?:\/left-out)?|users\/(?:sample|segment\/[^./]+)\/candidate)\.upstream_rq_(?<stat>total|completed)$/;

export class Silence implements StatsListener {
  /** Absolute, by node. */
  readonly #last = new Map<string, ReadonlyMap<string, number>>();
  /** By mirror, oldest first. */
  readonly #slots = new Map<string, Slot[]>();

  wants(name: string): boolean {
    return ROUTE.test(name);
  }

  report({ node, atMs, values }: StatsReport): void {
    const before = this.#last.get(node);
    this.#last.set(node, values);
    // What an Envoy had counted before is not of now.
    if (!before) return;
    const grown = new Map<string, { begun: number; over: number }>();
    for (const [name, more] of grownSince(before, values)) {
      const { mirror, stat } = ROUTE.exec(name)?.groups ?? {};
      if (mirror === undefined) continue;
      const counts = grown.get(mirror) ?? { begun: 0, over: 0 };
      grown.set(mirror, counts);
      if (stat === 'total') counts.begun += more;
      else counts.over += more;
    }
    for (const [mirror, { begun, over }] of grown) {
      const slots = this.#slots.get(mirror) ?? [];
      this.#slots.set(
        mirror,
        [...slots, { atMs, begun, over }].filter((slot) => slot.atMs > atMs - WINDOW_MS),
      );
    }
  }

  gone(node: string): void {
    this.#last.delete(node);
  }

  /** What is known of other mirrors is dropped. */
  keep(mirrors: ReadonlySet<string>): void {
    for (const mirror of this.#slots.keys()) if (!mirrors.has(mirror)) this.#slots.delete(mirror);
  }

  of(mirror: string, candidate: string, nowMs: number): Unfit | undefined {
    const recent = (this.#slots.get(mirror) ?? []).filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
    const waiting = recent.filter(({ atMs }) => atMs <= nowMs - PATIENCE_MS).reduce((sum, { begun }) => sum + begun, 0);
    if (waiting < LEAST_SILENT || recent.some(({ over }) => over > 0)) return undefined;
    const why = `${candidate} has answered none of ${waiting} requests of users that it took more than ${PATIENCE_MS / 1000} s ago`;
    return { why, isSure: true };
  }
}
