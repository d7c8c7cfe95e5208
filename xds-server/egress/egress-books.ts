import type { Policy } from '../policy/index.ts';
import type { StatsListener, StatsReport } from '../stats/index.ts';

/** What an Envoy has let out and blocked for a shadow, since it started. */
export interface EgressCounts {
  readonly node: string;
  readonly connected: boolean;
  /** Blocked ones too. */
  readonly calls: number;
  readonly blocked: number;
}

/** A way out, as `GET /egress` gives it. */
export interface EgressStatus {
  readonly service: string;
  readonly listen: string;
  /** `catalogue.internal:8080 GET`, `rates.example:443 TLS` */
  readonly allow: readonly string[];
  readonly envoys: readonly EgressCounts[];
}

const CALLS = /^http\.egress\/([^./]+)\.downstream_rq_total$/;
const ANSWERED_403 = /^http\.egress\/([^./]+)\.rq_direct_response$/;
/** A tunnel that was opened and did not hold the TLS that its policy lists. */
const NOT_THAT_TLS = /^listener\.egress\/([^./]+)\/[^.]+\/tunnel\.no_filter_chain_match$/;
const MAX_NODES = 1_000;

/** The books of all Envoys that are ways out, by their statistics. Nothing is added up over a restart of an Envoy. */
export class EgressBooks implements StatsListener {
  readonly #nodes = new Map<
    string,
    { connected: boolean; byService: Map<string, { calls: number; blocked: number }> }
  >();

  wants(name: string): boolean {
    return CALLS.test(name) || ANSWERED_403.test(name) || NOT_THAT_TLS.test(name);
  }

  report({ node, values }: StatsReport): void {
    const byService = new Map<string, { calls: number; blocked: number }>();
    for (const [name, value] of values) {
      const calls = CALLS.exec(name);
      const blocked = ANSWERED_403.exec(name) ?? NOT_THAT_TLS.exec(name);
      const service = (calls ?? blocked)?.[1];
      if (service === undefined) continue;
      const counts = byService.get(service) ?? { calls: 0, blocked: 0 };
      if (calls) counts.calls += value;
      else counts.blocked += value;
      byService.set(service, counts);
    }
    if (byService.size === 0) return;
    this.#nodes.delete(node);
    this.#nodes.set(node, { connected: true, byService });
    for (const oldest of this.#nodes.keys()) {
      if (this.#nodes.size <= MAX_NODES) break;
      this.#nodes.delete(oldest);
    }
  }

  gone(node: string): void {
    const known = this.#nodes.get(node);
    if (known) known.connected = false;
  }

  list({ egress }: Policy): EgressStatus[] {
    return egress.map(({ service, listen, allow }) => ({
      service,
      listen: `${listen.host}:${listen.port}`,
      allow: allow.map(({ host, port, tls, methods }) =>
        [`${host}:${port}`, ...(tls ? ['TLS'] : (methods ?? []))].join(' '),
      ),
      envoys: this.of(service),
    }));
  }

  of(service: string): EgressCounts[] {
    return [...this.#nodes].flatMap(([node, { connected, byService }]) => {
      const counts = byService.get(service);
      return counts ? [{ node, connected, ...counts }] : [];
    });
  }
}
