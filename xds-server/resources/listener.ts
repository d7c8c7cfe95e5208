import { isIP } from 'node:net';
import { ShadowplaneError } from '../../errors/index.ts';
import type { Address, EnvoyJson, Policy } from '../policy/model.ts';
import { connectionManager } from './connection-manager.ts';
import { socketAddress } from './envoy-json.ts';
import { LISTENER } from './names.ts';
import { LISTENER_OWNER, secretReferences } from './secrets.ts';
import { downstreamTls } from './tls.ts';

/** The one listener. `connectionManager` is passed in because users may have merged into it. */
export function buildListener(policy: Policy, httpConnectionManager = connectionManager(policy)): EnvoyJson {
  const { tls } = policy.listener;
  return {
    name: LISTENER,
    address: boundAddress(policy.listen),
    filter_chains: [
      {
        filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: httpConnectionManager }],
        ...(tls && { transport_socket: downstreamTls(secretReferences(LISTENER_OWNER)) }),
      },
    ],
  };
}

/** Envoy binds to addresses, not to names. */
function boundAddress({ host, port }: Address): EnvoyJson {
  const ip = host === 'localhost' ? '127.0.0.1' : host;
  if (isIP(ip) === 0) {
    const message = `${host} is a name; a listener needs an IP address, such as 0.0.0.0 for every interface`;
    throw new ShadowplaneError('POLICY_INVALID', message, { problems: [{ path: 'listen', message }] });
  }
  return socketAddress(ip, port);
}
