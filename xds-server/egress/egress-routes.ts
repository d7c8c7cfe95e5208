import type { FastifyPluginCallback } from 'fastify';
import { Counter, type Registry } from 'prom-client';
import Type from 'typebox';
import type { EgressStatus } from './egress-books.ts';

/** `GET /egress`, and its metrics: what the ways out of shadows let through and blocked. */
export function egressRoutes(list: () => readonly EgressStatus[]): FastifyPluginCallback {
  return (api, _, done) => {
    api.get('/egress', () => ({ items: list() }));
    done();
  };
}

export function addEgressMetrics(registry: Registry, list: () => readonly EgressStatus[]): void {
  const registers = [registry];
  const labelNames = ['service', 'node'] as const;
  // Envoy's own counts, which begin anew when it does.
  const figures = [
    ['calls', 'shadowplane_egress_calls_total', 'Calls of a shadow at its way out, blocked ones too.'],
    ['blocked', 'shadowplane_egress_blocked_total', 'Calls of a shadow that its egress policy does not list.'],
  ] as const;
  for (const [figure, name, help] of figures) {
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const { service, envoys } of list()) {
          for (const envoy of envoys) this.inc({ service, node: envoy.node }, envoy[figure]);
        }
      },
    });
  }
}

const Counts = Type.Object({
  node: Type.String(),
  connected: Type.Boolean(),
  calls: Type.Integer({ description: 'Since that Envoy started; blocked ones too.' }),
  blocked: Type.Integer(),
});

export const egressOpenApi = {
  operations: {
    'GET /egress': { summary: 'What the ways out of shadows let through and blocked', answer: 'EgressList' },
  },
  schemas: {
    EgressList: Type.Object({
      items: Type.Array(
        Type.Object({
          service: Type.String(),
          listen: Type.String(),
          allow: Type.Array(Type.String(), { examples: [['catalogue.internal:8080 GET', 'rates.example:443 TLS']] }),
          envoys: Type.Array(Counts),
        }),
      ),
    }),
  },
} as const;
