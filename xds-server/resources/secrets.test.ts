import { describe, expect, it } from 'vitest';
import { encodeAny } from '../../protos/index.ts';
import { buildResources } from './build-resources.ts';
import { USUAL_SETUP } from './envoy-setup.ts';
import type { SecretMaterial } from './secrets.ts';
import { at, policyOf } from './testing.ts';

const PAIR = { certificate: { chainPem: 'CHAIN', privateKeyPem: 'KEY' } };
const HELD: Record<string, SecretMaterial> = { edge: PAIR, other: PAIR, roots: { authorityPem: 'ROOTS' } };
const COLLECTOR = {
  certificateFile: '/tls/e.pem',
  privateKeyFile: '/tls/e.key',
  caFile: '/roots/ca.pem',
  serverName: 'c',
};

function resourcesOf(yaml: string, held = HELD, setup = USUAL_SETUP) {
  return buildResources(policyOf(yaml), {
    filterWasm: new Uint8Array(),
    capture: { address: { host: '127.0.0.1', port: 1 }, tls: COLLECTOR },
    secrets: (name) => held[name],
    setup,
  });
}

const policy = (listener: string, service: string) => `default: a
listener: { tls: ${listener} }
services: { a: { address: "a:443", tls: ${service} } }`;
const OF_SECRETS = policy('{ secret: edge }', '{ caSecret: roots, clientCertificate: { secret: other } }');
const OF_FILES = policy(
  '{ certificateFile: /tls/l.pem, privateKeyFile: /tls/l.key }',
  '{ caFile: /roots/ca.pem, clientCertificate: { certificateFile: /tls/a.pem, privateKeyFile: /keys/a.key } }',
);
const byName = ({ secrets }: ReturnType<typeof resourcesOf>) =>
  Object.fromEntries(secrets.map(({ name, '@type': _, ...secret }) => [name, secret]));

describe('secrets', () => {
  it('of the control plane travel as they are, named after what uses them', () => {
    const secrets = byName(resourcesOf(OF_SECRETS));
    const pair = { certificate_chain: { inline_string: 'CHAIN' }, private_key: { inline_string: 'KEY' } };
    expect(secrets).toMatchObject({
      'listener/shadowplane/certificate': { tls_certificate: pair },
      'service/a/certificate': { tls_certificate: pair },
      'service/a/authority': { validation_context: { trusted_ca: { inline_string: 'ROOTS' } } },
    });
  });

  it('of our listener are not for who has one of its own', () => {
    const secrets = byName(resourcesOf(OF_SECRETS, HELD, { ...USUAL_SETUP, listener: 'own' }));
    expect(Object.keys(secrets)).not.toContain('listener/shadowplane/certificate');
    expect(Object.keys(secrets)).toContain('service/a/certificate');
  });

  it('of files on Envoy’s machine travel as names, and their folder is watched', () => {
    const resources = resourcesOf(OF_FILES);
    expect(byName(resources)).toEqual({
      'listener/shadowplane/certificate': {
        tls_certificate: {
          certificate_chain: { filename: '/tls/l.pem' },
          private_key: { filename: '/tls/l.key' },
          watched_directory: { path: '/tls' },
        },
      },
      // Envoy watches both folders by itself; it can be told of one only.
      'service/a/certificate': {
        tls_certificate: { certificate_chain: { filename: '/tls/a.pem' }, private_key: { filename: '/keys/a.key' } },
      },
      'service/a/authority': {
        validation_context: { trusted_ca: { filename: '/roots/ca.pem' }, watched_directory: { path: '/roots' } },
      },
      'cluster/shadowplane/collector/certificate': {
        tls_certificate: {
          certificate_chain: { filename: '/tls/e.pem' },
          private_key: { filename: '/tls/e.key' },
          watched_directory: { path: '/tls' },
        },
      },
      'cluster/shadowplane/collector/authority': {
        validation_context: { trusted_ca: { filename: '/roots/ca.pem' }, watched_directory: { path: '/roots' } },
      },
    });
    for (const secret of resources.secrets) expect(() => encodeAny(secret)).not.toThrow();
  });

  it('change without the listener, which would drain, and without the cluster', () => {
    const [before, after] = [resourcesOf(OF_SECRETS), resourcesOf(OF_FILES)];
    expect(after.listeners).toEqual(before.listeners);
    expect(after.clusters).toEqual(before.clusters);
    expect(after.secrets).not.toEqual(before.secrets);
  });

  it('are in no other resource, and are left out when they are missing', () => {
    const { secrets, ...others } = resourcesOf(OF_SECRETS);
    expect(JSON.stringify(secrets)).toContain('KEY');
    expect(JSON.stringify(others)).not.toMatch(/CHAIN|KEY|ROOTS/);
    expect(Object.keys(byName(resourcesOf(OF_SECRETS, {})))).toEqual([
      'cluster/shadowplane/collector/certificate',
      'cluster/shadowplane/collector/authority',
    ]);
  });

  it('are not asked for where the system’s roots will do', () => {
    const [cluster] = resourcesOf(policy('{ secret: edge }', 'true')).clusters;
    expect(at(cluster, 'transport_socket', 'typed_config', 'common_tls_context')).toMatchObject({
      validation_context: { trusted_ca: { filename: '/etc/ssl/certs/ca-certificates.crt' } },
    });
  });
});
