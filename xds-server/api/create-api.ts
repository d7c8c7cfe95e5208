import type { SecureContextOptions } from 'node:tls';
import Fastify, {
  type FastifyInstance,
  type FastifyPluginCallback,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify';
import { Registry } from 'prom-client';
import { ShadowplaneError } from '../../errors/index.ts';
import type { AuditLog, Gate } from '../access/index.ts';
import type { PlanForecast } from '../forecast/index.ts';
import { isLoopbackHost, jsonSchema, type Policy, type PolicyStore } from '../policy/index.ts';
import { addConfigRoutes } from './config-routes.ts';
import type { EnvoyStatusSource, WaitForApplied } from './envoy-status.ts';
import { addEventRoutes, type EventSource } from './event-routes.ts';
import { guardAgainstPages } from './guard.ts';
import { auditRequests, guardByGate, noteRefusal } from './identity.ts';
import { addMetrics } from './metrics.ts';
import { addMirrorRoutes } from './mirror-routes.ts';
import { buildOpenApi, type OpenApiPart } from './openapi.ts';
import { addPageRoutes, wantsPage } from './page-routes.ts';
import { addPlanRoute, type ResourceVersions } from './plan-route.ts';
import { sendProblem, toProblem, toShadowplaneError } from './problem.ts';
import { addRevisionRoutes } from './revision-routes.ts';
import { rollBackRejected } from './roll-back-rejected.ts';
import { RouteTable } from './route-table.ts';
import { RefusedWrite, Writer } from './writes.ts';

export interface ApiOptions {
  readonly store: PolicyStore;
  readonly envoys: EnvoyStatusSource;
  /** Also used to take back what an Envoy rejects, whoever changed it. */
  readonly waitForApplied: WaitForApplied;
  /** Whether that an Envoy refuses a certificate or key can be the fault of a revision. Absent: always. */
  readonly changesSecrets?: (revision: number) => boolean;
  /** What Envoys would be served for a policy; throws what a write of it would be refused with. */
  readonly resourcesOf: (policy: Policy) => ResourceVersions;
  /** What shadows would get of a policy; absent, or null: nobody has counted. */
  readonly forecastOf?: (policy: Policy) => PlanForecast | null;
  /** The host that the server will listen on; on loopback the Host header is checked. */
  readonly host: string;
  /** Names it is reached under beyond loopback; absent: any. */
  readonly hosts?: readonly string[] | undefined;
  /** Who may call; absent: everybody who reaches it. */
  readonly gate?: Gate | undefined;
  /** Told of changes and of who was refused. */
  readonly audit?: Pick<AuditLog, 'write'> | undefined;
  /** Certificate and key; with `ca` clients are asked for a certificate, which the gate judges. */
  readonly tls?: SecureContextOptions | undefined;
  /** Where metrics are registered; give one to add your own. */
  readonly registry?: Registry;
  /** Further routes below `/api/v1`, of other rooms; what they throw is answered as ours is. */
  readonly routes?: readonly FastifyPluginCallback[];
  /** What OpenAPI says of them. */
  readonly openApi?: readonly OpenApiPart[];
  /** Further sources of server-sent events. */
  readonly events?: readonly EventSource[];
  /** A folder with a web page, served at `/`; absent: there is none. */
  readonly pageFolder?: string;
  /** Told of errors that nobody foresaw. */
  readonly onUnexpectedError?: (error: unknown) => void;
}

const BODY_LIMIT_BYTES = 1024 * 1024;
/** For a request to arrive; keeps slow senders from holding connections. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The HTTP API, ready to listen. Every refusal is problem+json with a stable code. */
export function createApi(options: ApiOptions): FastifyInstance {
  return createApiWithRoutes(options).app;
}

/** The same with the table of its routes, which is complete once the app is ready. */
export function createApiWithRoutes(options: ApiOptions): {
  readonly app: FastifyInstance;
  readonly routes: RouteTable;
} {
  const { store, envoys } = options;
  const refuse = (error: unknown, reply: FastifyReply): FastifyReply => {
    if (error instanceof RefusedWrite) return sendProblem(reply, noteRefusal(reply, error.problem));
    const known = toShadowplaneError(error);
    if (known.code === 'INTERNAL') options.onUnexpectedError?.(error);
    return sendProblem(reply, noteRefusal(reply, toProblem(known)));
  };
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    frameworkErrors: (error: unknown, _: FastifyRequest, reply: FastifyReply) => void refuse(error, reply),
    routerOptions: { maxParamLength: 256 },
    ...(options.tls && {
      https: {
        ...options.tls,
        requestCert: options.tls.ca !== undefined,
        // Who has none may have a token, and is told so.
        rejectUnauthorized: false,
        minVersion: 'TLSv1.2',
      },
    }),
  } as FastifyServerOptions);
  // Browsers send text/plain across origins without asking; nothing here is written in it.
  app.removeContentTypeParser('text/plain');
  const routes = new RouteTable();
  app.addHook('onRoute', (route) => routes.add(route.url, route.method));

  const onLoopback = isLoopbackHost(options.host);
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    guardAgainstPages(request, { onLoopback, hosts: options.hosts });
    done();
  });
  if (options.gate) guardByGate(app, options.gate);
  if (options.audit) auditRequests(app, options.audit);
  app.setErrorHandler((error, _, reply) => refuse(error, reply));
  const sendNotFoundPage = options.pageFolder === undefined ? undefined : addPageRoutes(app, options.pageFolder);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!;
    const allowed = routes.methodsOf(path);
    if (allowed.length === 0) {
      const refuseUnknown = () =>
        refuse(new ShadowplaneError('NOT_FOUND', `There is nothing at ${path}`), reply.code(404));
      if (!sendNotFoundPage || !wantsPage(request)) return refuseUnknown();
      return sendNotFoundPage(request, reply).catch(refuseUnknown);
    }
    reply.header('allow', allowed.join(', '));
    const detail = `${path} knows ${allowed.join(', ')}, not ${request.method}`;
    return refuse(new ShadowplaneError('METHOD_NOT_ALLOWED', detail), reply);
  });

  const stopRollingBack = rollBackRejected({
    store,
    envoys,
    waitForApplied: options.waitForApplied,
    changesSecrets: options.changesSecrets ?? (() => true),
    onError: (error) => options.onUnexpectedError?.(error),
  });
  app.addHook('onClose', (_, done) => {
    stopRollingBack();
    done();
  });
  addMetrics(app, options.registry ?? new Registry(), store, envoys);
  app.get('/healthz', { config: { access: 'open' } }, () => ({ status: 'ok', revision: store.current.revision }));
  app.register(
    (api, _, done) => {
      const writer = new Writer(store, options.waitForApplied);
      const parseJson = api.getDefaultJsonParser('error', 'error');
      api.addContentTypeParser('application/merge-patch+json', { parseAs: 'string' }, parseJson);
      // Pausing takes no body, and clients that always say JSON are not refused for the lack of one.
      api.removeContentTypeParser('application/json');
      api.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) =>
        body === '' && request.method === 'POST' ? done(null) : parseJson(request, body, done),
      );
      addConfigRoutes(api, store, writer);
      addMirrorRoutes(api, store, writer);
      addRevisionRoutes(api, store, writer, options.resourcesOf);
      addPlanRoute(api, store, options.resourcesOf, options.forecastOf);
      addEventRoutes(api, store, envoys, options.events);
      api.get('/envoys', () => ({
        items: envoys.list(),
        ...(envoys.gone && { gone: envoys.gone() }),
        ...(envoys.refused && { refused: envoys.refused() }),
      }));
      api.get('/openapi.json', () => buildOpenApi(options.openApi));
      api.get('/schema.json', () => jsonSchema());
      for (const more of options.routes ?? []) api.register(more);
      done();
    },
    { prefix: '/api/v1' },
  );
  return { app, routes };
}
