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
  const connected = oncePerTurn(() => envoys.list());
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
      this.set(connected().length);
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
      for (const { problems } of connected()) {
        for (const code of new Set(problems.map((problem) => problem.code))) this.inc({ code });
      }
    },
  });
  new Gauge({
    name: 'shadowplane_envoy_behind_seconds',
    help: 'How long a connected Envoy has lacked something of what it is served; 0 when it has all in use.',
    labelNames: ['node'],
    registers,
    collect() {
      const forS = (since: string | null) => (since === null ? 0 : (Date.now() - Date.parse(since)) / 1_000);
      setWorst(
        this,
        connected().map(({ node, behindSince }) => [node, forS(behindSince)]),
      );
    },
  });
  new Gauge({
    name: 'shadowplane_envoy_rejecting',
    help: '1 while a connected Envoy lacks something because it has rejected it, else 0.',
    labelNames: ['node'],
    registers,
    collect() {
      setWorst(
        this,
        connected().map(({ node, lastRejection }) => [node, lastRejection ? 1 : 0]),
      );
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

/** Asked once for all that is collected in a turn: with many Envoys the list is some work. */
function oncePerTurn<T>(ask: () => T): () => T {
  let answer: { readonly is: T } | undefined;
  return () => {
    if (!answer) {
      answer = { is: ask() };
      queueMicrotask(() => {
        answer = undefined;
      });
    }
    return answer.is;
  };
}

/** Several that say that they are the same are one series, of the one that is worst off. */
function setWorst(gauge: Gauge<'node'>, values: ReadonlyArray<readonly [node: string, value: number]>): void {
  const worst = new Map<string, number>();
  for (const [node, value] of values) worst.set(node, Math.max(value, worst.get(node) ?? 0));
  // Who is not connected any more is not there, instead of as it was.
  gauge.reset();
  for (const [node, value] of worst) gauge.set({ node }, value);
}
