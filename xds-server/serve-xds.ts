import { followTlsFiles } from '../tls/index.ts';
import { type AuditLog, parseNodeList, refusalOfNode } from './access/index.ts';
import type { EnvoyStatusSource } from './api/index.ts';
import { auditRefusedNodes, logEnvoys } from './control-plane-log.ts';
import type { ControlPlaneOptions } from './control-plane-options.ts';
import { envoysOf } from './envoys.ts';
import { EnvoyCounts, Fleet } from './fleet/index.ts';
import { listening } from './listening.ts';
import { formatAddress, type PolicyStore } from './policy/index.ts';
import type { PolicyRenderer } from './policy-renderer.ts';
import type { Publisher } from './publisher.ts';
import { type EnvoySetup, setupOf } from './resources/index.ts';
import { type SecretFolder, secretsBehind } from './secrets/index.ts';
import { type ServerAccess, staysAsItWas } from './server-access.ts';
import type { Shutdown } from './shutdown.ts';
import { allOf, createStatsService, MAX_REPORT_BYTES } from './stats/index.ts';
import type { Watching } from './watching.ts';
import {
  clientStatusService,
  createXdsServer,
  healthService,
  type Peer,
  peerOf,
  reflectionService,
  SECRET,
  type SnapshotCache,
  type XdsServer,
} from './xds/index.ts';

export interface XdsParts {
  readonly access: ServerAccess;
  readonly store: PolicyStore;
  readonly audit: AuditLog;
  readonly renderer: PolicyRenderer;
  readonly secrets: SecretFolder | undefined;
  readonly cache: SnapshotCache;
  readonly publisher: Publisher;
  readonly watching: Watching;
}

export interface ServedXds {
  readonly xds: XdsServer;
  /** `host:port` with the port that was taken. */
  readonly address: string;
  readonly envoys: EnvoyStatusSource;
}

/** Serves Envoys, and tells whoever watches of them. @throws ShadowplaneError PORT_IN_USE */
export async function serveXds(options: ControlPlaneOptions, parts: XdsParts, shutdown: Shutdown): Promise<ServedXds> {
  const { access, store, audit, renderer, secrets, cache, publisher, watching } = parts;
  const { groups, inUse } = publisher;
  const { logger } = options;
  const counts = new EnvoyCounts();
  const fleet = new Fleet({ counts, policy: () => store.current.policy, kept: watching.kept.of('fleet') });
  const nodes = access.xds.nodes && parseNodeList(access.xds.nodes);
  const refusalOf = (node: string, { names }: Peer, setup?: EnvoySetup): string | undefined =>
    nodes && refusalOfNode(nodes, node, names, setup);
  const xds = createXdsServer({
    cache,
    groupOf: (node) => groups.groupOf(node),
    maxRequestBytes: MAX_REPORT_BYTES,
    services: [
      createStatsService(allOf([counts, ...watching.stats, ...(options.stats ? [options.stats] : [])]), (node, call) =>
        refusalOf(node, peerOf(call)),
      ),
      healthService(),
      reflectionService(),
      // Where only listed nodes are served, who names no node does not read what they have.
      ...(nodes === undefined ? [clientStatusService] : []),
    ],
    refusalOf: ({ id, metadata }, peer) => refusalOf(id, peer, setupOf(metadata)),
    ...(access.credentials && { credentials: access.credentials }),
  });
  const { credentials } = access;
  if (access.xds.tls && credentials) {
    shutdown.add(followTlsFiles(access.xds.tls, (context) => credentials.reload(context), staysAsItWas(logger, 'xDS')));
  }
  inUse.follow(xds);
  xds.on('disconnect', ({ group }) => {
    const setup = xds.clients().some((client) => client.group === group) ? undefined : groups.left(group);
    if (setup) renderer.forget(setup);
  });
  xds.on('nack', ({ node, typeUrl, message }) => {
    if (typeUrl === SECRET) secrets?.takeBack(secretsBehind(store.current.policy, refusedSecrets(xds, node)), message);
  });
  fleet.follow(xds);
  watching.delivery.follow(xds, fleet.gone(), (...asked) => fleet.hasCluster(...asked));
  const envoys = envoysOf(
    xds,
    (client) => ({ ...inUse.of(client), ...fleet.of(client) }),
    () => fleet.gone(),
  );
  shutdown.add(auditRefusedNodes(envoys, audit));
  shutdown.add(logEnvoys(envoys, logger));
  const { port } = await listening(options.xdsListen, xds.listen(options.xdsListen));
  shutdown.add(() => xds.close());
  shutdown.add(() => fleet.close());
  return { xds, envoys, address: formatAddress({ host: access.xds.listen.host, port }) };
}

/** The SDS resources that this node has refused as they are served now. */
function refusedSecrets(xds: XdsServer, node: string): ReadonlySet<string> {
  const resources = xds.holdings().flatMap((client) => (client.node.id === node ? client.resources : []));
  const isRefused = ({ typeUrl, state, current }: (typeof resources)[number]) =>
    typeUrl === SECRET && state === 'rejected' && current;
  return new Set(resources.filter(isRefused).map(({ name }) => name));
}
