import type { AddressInfo } from 'node:net';
import type { SecureContextOptions, Server as TlsServer } from 'node:tls';
import { Registry } from 'prom-client';
import { followTlsFiles } from '../tls/index.ts';
import type { AuditLog } from './access/index.ts';
import { createApi, type EnvoyStatusSource, type ResourceVersions } from './api/index.ts';
import type { ControlPlaneOptions } from './control-plane-options.ts';
import { shortName } from './envoys.ts';
import { listening } from './listening.ts';
import { formatAddress, type Policy, type PolicyStore } from './policy/index.ts';
import type { Publisher } from './publisher.ts';
import { rolloutRoutes } from './rollouts/index.ts';
import { type ServerAccess, staysAsItWas } from './server-access.ts';
import type { Shutdown } from './shutdown.ts';
import { waitForApplied } from './wait-for-applied.ts';
import type { Watching } from './watching.ts';
import type { Snapshot, XdsServer } from './xds/index.ts';

export interface ApiParts {
  readonly access: ServerAccess;
  readonly store: PolicyStore;
  readonly audit: AuditLog;
  readonly publisher: Publisher;
  readonly watching: Watching;
  readonly xds: XdsServer;
  readonly envoys: EnvoyStatusSource;
  /** What Envoys would be served; throws what a write of it would be refused with. */
  readonly snapshotOf: (policy: Policy) => Snapshot;
}

/** @returns `host:port` with the port that was taken. @throws ShadowplaneError PORT_IN_USE */
export async function serveApi(options: ControlPlaneOptions, parts: ApiParts, shutdown: Shutdown): Promise<string> {
  const { access, store, audit, publisher, watching, xds, envoys, snapshotOf } = parts;
  const { logger } = options;
  const { host, port } = access.api.listen;
  const registry = options.registry ?? new Registry();
  watching.addMetrics(registry);
  const applied = waitForApplied(xds, publisher.groups, (revision) => publisher.changesSecrets(revision));
  const { rollouts, traffic } = watching;
  const api = createApi({
    gate: access.gate,
    audit,
    hosts: access.api.hosts,
    tls: access.apiTls,
    store,
    envoys,
    waitForApplied: applied,
    changesSecrets: (revision) => publisher.changesSecrets(revision),
    resourcesOf: (policy) => versionsOf(snapshotOf(policy)),
    forecastOf: (policy) => traffic.foresee(policy),
    host,
    routes: [
      ...watching.routes,
      rolloutRoutes({
        rollouts,
        store,
        waitForApplied: (timeoutMs) => applied(store.current.revision, timeoutMs),
      }),
      ...(options.routes ?? []),
    ],
    openApi: [...watching.openApi, ...(options.openApi ?? [])],
    registry,
    events: [...watching.events, ...(options.events ?? [])],
    ...(options.pageFolder !== undefined && { pageFolder: options.pageFolder }),
    onUnexpectedError: (err) => logger.error({ err }, 'a request failed in a way nobody foresaw'),
  });
  shutdown.add(() => api.close());
  if (access.api.tls) {
    const { server } = api as { server: unknown };
    const use = (context: SecureContextOptions) => (server as TlsServer).setSecureContext(context);
    shutdown.add(followTlsFiles(access.api.tls, use, staysAsItWas(logger, 'the API')));
  }
  await listening(options.apiListen, api.listen({ host, port }));
  return formatAddress({ host, port: (api.server.address() as AddressInfo).port });
}

function versionsOf({ types }: Snapshot): ResourceVersions {
  return new Map(
    [...types].map(([typeUrl, { resources }]) => [
      shortName(typeUrl),
      new Map([...resources].map(([name, { version }]) => [name, version])),
    ]),
  );
}
