import { dirname } from 'node:path';
import type { CertificateSource, EnvoyJson, Policy } from '../policy/model.ts';
import type { CaptureTls } from './capture.ts';
import { OVER_ADS } from './envoy-json.ts';
import type { EnvoySetup } from './envoy-setup.ts';
import { COLLECTOR_CLUSTER, LISTENER } from './names.ts';

/** PEM of a secret, as the control plane has it. */
export interface SecretMaterial {
  readonly certificate?: { readonly chainPem: string; readonly privateKeyPem: string };
  readonly authorityPem?: string;
}

/** What is held under a name now; undefined: nothing that could be served. */
export type SecretLookup = (name: string) => SecretMaterial | undefined;

/** Where the certificates and authorities of a TLS socket come from: `SdsSecretConfig` each. */
export interface SecretReferences {
  readonly certificate: EnvoyJson;
  readonly authority: EnvoyJson;
}

/**
 * Every certificate and authority that is no part of the system is a resource of its own, named after what uses it. So it
 * changes without its listener, which would drain its connections, and without its cluster.
 */
export function secretReferences(owner: string, source: EnvoyJson = OVER_ADS): SecretReferences {
  const over = (name: string) => ({ name, sds_config: source });
  return { certificate: over(certificateOf(owner)), authority: over(authorityOf(owner)) };
}

/** Owners, in names of secrets: `listener/shadowplane`, `service/order-v1`, `cluster/shadowplane/collector`. */
export const LISTENER_OWNER = `listener/${LISTENER}`;
export const COLLECTOR_OWNER = `cluster/${COLLECTOR_CLUSTER}`;
export const serviceOwner = (service: string): string => `service/${service}`;

const certificateOf = (owner: string) => `${owner}/certificate`;
const authorityOf = (owner: string) => `${owner}/authority`;

/** A place of the policy that names a secret, and what of it is needed there. */
export interface SecretUse {
  readonly path: string;
  readonly secret: string;
  readonly needs: 'certificate' | 'authority';
  /** The SDS resource that is made of it. */
  readonly resource: string;
}

export function secretUses({ listener, services }: Policy): SecretUse[] {
  const certificate = (path: string, owner: string, source: CertificateSource | undefined): SecretUse[] =>
    source && 'secret' in source
      ? [{ path: `${path}.secret`, secret: source.secret, needs: 'certificate', resource: certificateOf(owner) }]
      : [];
  const authority = (path: string, owner: string, secret: string | undefined): SecretUse[] =>
    secret === undefined ? [] : [{ path, secret, needs: 'authority', resource: authorityOf(owner) }];
  return [
    ...certificate('listener.tls', LISTENER_OWNER, listener.tls),
    ...services.flatMap(({ name, tls }): SecretUse[] => [
      ...certificate(`services.${name}.tls.clientCertificate`, serviceOwner(name), tls?.clientCertificate),
      ...authority(`services.${name}.tls.caSecret`, serviceOwner(name), tls?.caSecret),
    ]),
  ];
}

interface SecretsContext {
  /** Absent: captured answers travel in plain text, or not at all. */
  readonly collector: CaptureTls | undefined;
  readonly listener: EnvoySetup['listener'];
  readonly lookUp: SecretLookup;
}

/**
 * The SDS resources. A secret of the control plane travels as it is; of files on Envoy's machine no more than their names do,
 * and Envoy reads them again when something is renamed in their folder. What is not there is left out: Envoys keep what they
 * have had under that name.
 */
export function buildSecrets(policy: Policy, { collector, listener: whose, lookUp }: SecretsContext): EnvoyJson[] {
  const { listener, services } = policy;
  const certificate = (owner: string, source: CertificateSource | undefined): EnvoyJson[] => {
    if (!source) return [];
    const pair = 'secret' in source ? lookUp(source.secret)?.certificate : source;
    if (!pair) return [];
    return [{ name: certificateOf(owner), tls_certificate: 'chainPem' in pair ? inline(pair) : files(pair) }];
  };
  const authority = (owner: string, trusted_ca: EnvoyJson | undefined, path?: string): EnvoyJson[] =>
    trusted_ca === undefined
      ? []
      : [{ name: authorityOf(owner), validation_context: { trusted_ca, ...(path !== undefined && watched(path)) } }];
  return [
    // Who has a listener of its own has no use for the key of ours.
    ...(whose === 'ours' ? certificate(LISTENER_OWNER, listener.tls) : []),
    ...services.flatMap(({ name, tls }) => {
      if (!tls) return [];
      const owner = serviceOwner(name);
      const pem = tls.caSecret === undefined ? undefined : lookUp(tls.caSecret)?.authorityPem;
      return [
        ...certificate(owner, tls.clientCertificate),
        ...(tls.insecure
          ? []
          : tls.caFile === undefined
            ? authority(owner, pem === undefined ? undefined : { inline_string: pem })
            : authority(owner, { filename: tls.caFile }, tls.caFile)),
      ];
    }),
    ...(collector
      ? [
          ...certificate(COLLECTOR_OWNER, collector),
          ...authority(COLLECTOR_OWNER, { filename: collector.caFile }, collector.caFile),
        ]
      : []),
  ];
}

function inline({ chainPem, privateKeyPem }: NonNullable<SecretMaterial['certificate']>): EnvoyJson {
  return { certificate_chain: { inline_string: chainPem }, private_key: { inline_string: privateKeyPem } };
}

/** Files on Envoy's machine: both of one folder are read again at once when something is renamed there. */
export function files({
  certificateFile,
  privateKeyFile,
}: Exclude<CertificateSource, { readonly secret: string }>): EnvoyJson {
  return {
    certificate_chain: { filename: certificateFile },
    private_key: { filename: privateKeyFile },
    ...(dirname(certificateFile) === dirname(privateKeyFile) && watched(certificateFile)),
  };
}

export function watched(path: string): EnvoyJson {
  return { watched_directory: { path: dirname(path) } };
}
