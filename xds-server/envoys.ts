import type {
  EnvoyDetails,
  EnvoyEvent,
  EnvoyProgress,
  EnvoyStatus,
  EnvoyStatusSource,
  GoneEnvoy,
  RefusedEnvoy,
} from './api/index.ts';
import {
  CLUSTER,
  type ClientStatus,
  ENDPOINT,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTE,
  RUNTIME,
  SECRET,
  type XdsServer,
} from './xds/index.ts';

/** The names that Envoy's documentation gives the services. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  [LISTENER]: 'LDS',
  [ROUTE]: 'RDS',
  [CLUSTER]: 'CDS',
  [ENDPOINT]: 'EDS',
  [RUNTIME]: 'RTDS',
  [EXTENSION_CONFIG]: 'ECDS',
  [SECRET]: 'SDS',
};

/** What the xDS server knows of its clients, in the words of the API. */
export function envoysOf(
  xds: Pick<XdsServer, 'clients' | 'on'>,
  of: (client: ClientStatus) => EnvoyProgress & EnvoyDetails,
  gone?: () => readonly GoneEnvoy[],
): EnvoyStatusSource {
  const listeners = new Set<(event: EnvoyEvent) => void>();
  const tell = (event: EnvoyEvent) => {
    for (const listener of listeners) listener(event);
  };
  xds.on('connect', ({ node }) => tell({ kind: 'connected', node }));
  xds.on('disconnect', ({ node }) => tell({ kind: 'disconnected', node }));
  xds.on('ack', ({ node, typeUrl, version }) => tell({ kind: 'acked', node, type: shortName(typeUrl), version }));
  xds.on('nack', ({ node, typeUrl, version, message }) =>
    tell({ kind: 'rejected', node, type: shortName(typeUrl), version, message }),
  );
  const refused = new Map<string, RefusedEnvoy>();
  xds.on('connect', ({ node }) => refused.delete(node));
  xds.on('refuse', ({ node, peer, reason }) => {
    const name = node.slice(0, MAX_NAME_LENGTH);
    const times = (refused.get(name)?.times ?? 0) + 1;
    // The newest stands last; whoever invents names pushes out only other refusals.
    refused.delete(name);
    refused.set(name, { node: name, from: peer, reason, times, at: new Date().toISOString() });
    for (const oldest of refused.keys()) {
      if (refused.size <= MAX_REFUSED) break;
      refused.delete(oldest);
    }
    tell({ kind: 'refused', node: name, message: reason, from: peer });
  });
  return {
    list: () => xds.clients().map((client) => ({ ...statusOf(client), ...of(client) })),
    ...(gone && { gone }),
    refused: () => [...refused.values()].reverse(),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const MAX_REFUSED = 20;
const MAX_NAME_LENGTH = 256;

/** `CDS` and so on; as it is where Envoy has no such name for it. */
export function shortName(typeUrl: string): string {
  return SHORT_NAMES[typeUrl] ?? typeUrl;
}

function statusOf(client: ClientStatus): Omit<EnvoyStatus, keyof EnvoyProgress | keyof EnvoyDetails> {
  const types = Object.values(client.types);
  const rejections = types
    .flatMap(({ typeUrl, lastRejection }) => (lastRejection ? [{ type: shortName(typeUrl), ...lastRejection }] : []))
    .sort((a, b) => b.at.getTime() - a.at.getTime());
  const [last] = rejections;
  return {
    node: client.node,
    version: client.userAgentVersion,
    connectedSince: client.connectedSince.toISOString(),
    types: Object.fromEntries(
      types.map(({ typeUrl, sentVersion, ackedVersion }) => [
        shortName(typeUrl),
        { sent: sentVersion ?? null, acked: ackedVersion ?? null },
      ]),
    ),
    lastRejection: last ? { type: last.type, message: last.message, at: last.at.toISOString() } : null,
  };
}
