import { isIP } from 'node:net';
import type { EnvoyJson, ListenerOptions, Service, ServiceTls } from '../policy/model.ts';
import { typed } from './envoy-json.ts';

/**
 * Where Debian, Ubuntu, Alpine and Envoy's own images keep the system's roots. Envoy 1.40 accepts `system_root_certs` but
 * does not use it; elsewhere the policy names the file.
 */
const SYSTEM_ROOTS_FILE = '/etc/ssl/certs/ca-certificates.crt';

/** The listener's side: HTTP/2 and HTTP/1.1 are offered. */
export function downstreamTls({ certificateFile, privateKeyFile }: NonNullable<ListenerOptions['tls']>): EnvoyJson {
  return socket('DownstreamTlsContext', {
    common_tls_context: {
      tls_certificates: [certificate(certificateFile, privateKeyFile)],
      alpn_protocols: ['h2', 'http/1.1'],
    },
  });
}

/** The service's side: its chain and its name are verified, unless the policy says `insecure`. */
export function upstreamTls(service: Pick<Service, 'protocol' | 'addresses'>, tls: ServiceTls): EnvoyJson {
  const client = tls.clientCertificate;
  const serverName = serverNameOf(service, tls);
  return socket('UpstreamTlsContext', {
    ...(serverName !== undefined && { sni: serverName }),
    common_tls_context: {
      alpn_protocols: [service.protocol === 'http2' ? 'h2' : 'http/1.1'],
      ...(client && { tls_certificates: [certificate(client.certificateFile, client.privateKeyFile)] }),
      ...(!tls.insecure && { validation_context: validation(tls, serverName) }),
    },
  });
}

/** How Envoys prove to the control plane who they are, and know it. Paths on Envoy's machine: xDS carries no key. */
export interface ControlPlaneTls {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  /** Authority of the control plane's certificate. */
  readonly caFile: string;
  /** DNS name that the control plane's certificate has to have. */
  readonly serverName: string;
}

export function controlPlaneTls(protocol: Service['protocol'], tls: ControlPlaneTls): EnvoyJson {
  const { certificateFile, privateKeyFile, caFile, serverName } = tls;
  const clientCertificate = { certificateFile, privateKeyFile };
  return upstreamTls({ protocol, addresses: [] }, { serverName, caFile, clientCertificate, insecure: false });
}

/** The name a service is asked for and has to prove: the configured one, else its first DNS name, else none. */
export function serverNameOf(service: Pick<Service, 'addresses'>, tls: ServiceTls): string | undefined {
  return tls.serverName ?? service.addresses.find(({ host }) => isIP(host) === 0)?.host;
}

/** A policy without a name to verify is refused unless it is `insecure`, so there is always one here. */
function validation(tls: ServiceTls, serverName: string | undefined): EnvoyJson {
  return {
    trusted_ca: { filename: tls.caFile ?? SYSTEM_ROOTS_FILE },
    match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: serverName } }],
  };
}

function certificate(certificateFile: string, privateKeyFile: string): EnvoyJson {
  return { certificate_chain: { filename: certificateFile }, private_key: { filename: privateKeyFile } };
}

function socket(context: string, fields: EnvoyJson): EnvoyJson {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: typed(`envoy.extensions.transport_sockets.tls.v3.${context}`, fields),
  };
}
