import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client';
import type { PolicyStore } from '../policy/index.ts';
import type { EnvoyStatusSource } from './envoy-status.ts';

/** The control plane's own metrics; what Envoy counts is in Envoy's `/stats/prometheus`. */
export function addMetrics(
  app: FastifyInstance,
  registry: Registry,
  store: PolicyStore,
  envoys: EnvoyStatusSource,
): void {
  collectDefaultMetrics({ register: registry, prefix: 'shadowplane_' });
  const registers = [registry];
  new Gauge({
    name: 'shadowplane_policy_revision',
    help: 'Revision of the policy in force.',
    registers,
    collect() {
      this.set(store.current.revision);
    },
  });
  new Gauge({
    name: 'shadowplane_envoys_connected',
    help: 'Envoys that are connected now.',
    registers,
    collect() {
      this.set(envoys.list().length);
    },
  });
  new Gauge({
    name: 'shadowplane_envoy_problems',
    help: 'Connected Envoys that lack something for the policy to hold there, by what.',
    labelNames: ['code'],
    registers,
    collect() {
      // What no Envoy lacks any more is not there, instead of as it was.
      this.reset();
      for (const { problems } of envoys.list()) {
        for (const code of new Set(problems.map((problem) => problem.code))) this.inc({ code });
      }
    },
  });
  const changes = new Counter({
    name: 'shadowplane_policy_changes_total',
    help: 'Revisions made, by where they came from.',
    labelNames: ['source'],
    registers,
  });
  const events = new Counter({
    name: 'shadowplane_envoy_events_total',
    help: 'Connections, acknowledgements and rejections of Envoys.',
    labelNames: ['kind', 'type'],
    registers,
  });
  const durations = new Histogram({
    name: 'shadowplane_api_request_duration_seconds',
    help: 'Time to answer a request of the API.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers,
  });

  const stops = [
    // Actors are free text, so they are no label.
    store.onChange(({ actor }) => changes.inc({ source: ['file', 'rollback'].includes(actor) ? actor : 'api' })),
    envoys.onEvent(({ kind, type = '' }) => events.inc({ kind, type })),
  ];
  app.addHook('onClose', (_, done) => {
    for (const stop of stops) stop();
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000);
    done();
  });
  app.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}
