import { isIP } from 'node:net';
import { join } from 'node:path';
import type { CertificateSource, EnvoyJson, Service, ServiceTls } from '../policy/model.ts';
import { typed } from './envoy-json.ts';
import { files, type SecretReferences, watched } from './secrets.ts';

/**
 * Where Debian, Ubuntu, Alpine and Envoy's own images keep the system's roots. Envoy 1.40 accepts `system_root_certs` but
 * does not use it; elsewhere the policy names the file.
 */
const SYSTEM_ROOTS_FILE = '/etc/ssl/certs/ca-certificates.crt';

/** The listener's side: HTTP/2 and HTTP/1.1 are offered. */
export function downstreamTls({ certificate }: Pick<SecretReferences, 'certificate'>): EnvoyJson {
  return socket('DownstreamTlsContext', {
    common_tls_context: {
      tls_certificate_sds_secret_configs: [certificate],
      alpn_protocols: ['h2', 'http/1.1'],
    },
  });
}

/**
 * The service's side: its chain and its name are verified, unless the policy says `insecure`.
 *
 * @param secrets absent: Envoy reads the files itself, once, when it takes this configuration
 */
export function upstreamTls(
  service: Pick<Service, 'protocol' | 'addresses'>,
  tls: ServiceTls,
  secrets?: SecretReferences,
): EnvoyJson {
  const serverName = serverNameOf(service, tls);
  return socket('UpstreamTlsContext', {
    ...(serverName !== undefined && { sni: serverName }),
    common_tls_context: {
      alpn_protocols: [service.protocol === 'http2' ? 'h2' : 'http/1.1'],
      ...clientCertificate(tls.clientCertificate, secrets),
      ...(!tls.insecure && validation(tls, serverName, secrets)),
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
  /** Folder on Envoy's machine with the files of `fileSecrets`. Absent: Envoy reads certificate and authority once. */
  readonly secretsFolder?: string | undefined;
}

/**
 * Where Envoy learns its own certificate before it has a control plane: files of its machine that say which files these are,
 * and that Envoy watches. What was renamed into their folder holds for the next connection.
 */
export function fileSecrets({ secretsFolder, ...tls }: ControlPlaneTls): ReadonlyMap<string, EnvoyJson> {
  const { certificate, authority } = OWN_SECRETS;
  const resource = (fields: EnvoyJson) => ({
    resources: [typed('envoy.extensions.transport_sockets.tls.v3.Secret', fields)],
  });
  return new Map([
    [`${certificate}.yaml`, resource({ name: certificate, tls_certificate: files(tls) })],
    [
      `${authority}.yaml`,
      resource({
        name: authority,
        validation_context: { trusted_ca: { filename: tls.caFile }, ...watched(tls.caFile) },
      }),
    ],
  ]);
}

const OWN_SECRETS = { certificate: 'shadowplane-certificate', authority: 'shadowplane-authority' } as const;

function referencesIn(folder: string): SecretReferences {
  const reference = (name: string) => ({
    name,
    sds_config: {
      path_config_source: { path: join(folder, `${name}.yaml`), watched_directory: { path: folder } },
      resource_api_version: 'V3',
    },
  });
  return { certificate: reference(OWN_SECRETS.certificate), authority: reference(OWN_SECRETS.authority) };
}

export function controlPlaneTls(
  protocol: Service['protocol'],
  tls: ControlPlaneTls,
  secrets?: SecretReferences,
): EnvoyJson {
  const { certificateFile, privateKeyFile, caFile, serverName, secretsFolder } = tls;
  const clientCertificate = { certificateFile, privateKeyFile };
  return upstreamTls(
    { protocol, addresses: [] },
    { serverName, caFile, clientCertificate, insecure: false },
    secrets ?? (secretsFolder === undefined ? undefined : referencesIn(secretsFolder)),
  );
}

/** The name a service is asked for and has to prove: the configured one, else its first DNS name, else none. */
export function serverNameOf(service: Pick<Service, 'addresses'>, tls: ServiceTls): string | undefined {
  return tls.serverName ?? service.addresses.find(({ host }) => isIP(host) === 0)?.host;
}

function clientCertificate(source: CertificateSource | undefined, secrets: SecretReferences | undefined): EnvoyJson {
  if (!source) return {};
  if (secrets) return { tls_certificate_sds_secret_configs: [secrets.certificate] };
  // Only the control plane has what a secret is; without SDS it is none of Envoy's.
  return 'secret' in source ? {} : { tls_certificates: [files(source)] };
}

/** A policy without a name to verify is refused unless it is `insecure`, so there is always one here. */
function validation(tls: ServiceTls, serverName: string | undefined, secrets: SecretReferences | undefined): EnvoyJson {
  const name = { match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: serverName } }] };
  if (!secrets || (tls.caFile === undefined && tls.caSecret === undefined)) {
    return { validation_context: { trusted_ca: { filename: tls.caFile ?? SYSTEM_ROOTS_FILE }, ...name } };
  }
  return {
    combined_validation_context: {
      default_validation_context: name,
      validation_context_sds_secret_config: secrets.authority,
    },
  };
}

function socket(context: string, fields: EnvoyJson): EnvoyJson {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: typed(`envoy.extensions.transport_sockets.tls.v3.${context}`, fields),
  };
}
