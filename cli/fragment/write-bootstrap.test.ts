import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { encodeAny } from '../../protos/index.ts';
import { writeBootstrap } from './write-bootstrap.ts';

const SETTINGS = {
  xdsAddress: { host: 'control-plane.internal', port: 18_000 },
  adminAddress: { host: '127.0.0.1', port: 9_901 },
  nodeId: 'edge-1',
};
const TLS = { certificateFile: '/tls/e.pem', privateKeyFile: '/tls/e.key', caFile: '/roots/ca.pem', serverName: 'cp' };

it('lies beside files by which Envoy follows its own certificate, and names them by their whole paths', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  try {
    const written = await writeBootstrap(folder, { ...SETTINGS, tls: TLS });
    expect(written.map((file) => file.slice(folder.length + 1)).sort()).toEqual(readdirSync(folder).sort());
    const read = (name: string) => parse(readFileSync(join(folder, name), 'utf8'));
    const { static_resources } = read('envoy.yaml');
    const context = static_resources.clusters[0].transport_socket.typed_config.common_tls_context;
    const sources = [
      context.tls_certificate_sds_secret_configs[0],
      context.combined_validation_context.validation_context_sds_secret_config,
    ];
    expect(context.combined_validation_context.default_validation_context).toEqual({
      match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'cp' } }],
    });
    for (const { name, sds_config } of sources) {
      expect(sds_config.path_config_source).toEqual({
        path: join(folder, `${name}.yaml`),
        watched_directory: { path: folder },
      });
      // One secret a file, or Envoy refuses it.
      const { resources } = read(`${name}.yaml`);
      expect(resources.map((resource: { name: string }) => resource.name)).toEqual([name]);
      expect(() => encodeAny(resources[0])).not.toThrow();
    }
    expect(read('shadowplane-certificate.yaml').resources[0].tls_certificate).toEqual({
      certificate_chain: { filename: '/tls/e.pem' },
      private_key: { filename: '/tls/e.key' },
      watched_directory: { path: '/tls' },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('is one file without mutual TLS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  try {
    expect(await writeBootstrap(join(folder, 'new'), SETTINGS)).toEqual([join(folder, 'new/envoy.yaml')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
