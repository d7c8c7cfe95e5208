import { randomBytes } from 'node:crypto';
import { ShadowplaneError } from '../../errors/index.ts';
import type { ControlPlaneOptions } from '../../xds-server/index.ts';
import type { HostPort } from './ports.ts';
import type { RunOptions, TlsOptions } from './run-options.ts';

export type Access = Required<Pick<ControlPlaneOptions, 'apiAccess' | 'xdsAccess'>>;

/**
 * Who may call the API and which Envoys are served, as flags and environment say. The token is taken out of the environment,
 * which Envoy inherits and may write into a header or a log.
 *
 * @throws ShadowplaneError USAGE naming the flags that are missing
 */
export async function readAccess(
  options: RunOptions & TlsOptions,
  env: NodeJS.ProcessEnv,
  { api, xds }: { readonly api: HostPort; readonly xds: HostPort },
): Promise<Access> {
  const token = env.SHADOWPLANE_API_TOKEN || undefined;
  delete env.SHADOWPLANE_API_TOKEN;
  const { apiTlsCert, apiTlsKey, apiClientCa, xdsTlsCert, xdsTlsKey, xdsClientCa } = options;
  const apiTls = { certificateFile: apiTlsCert, keyFile: apiTlsKey };
  const xdsTls = { certificateFile: xdsTlsCert, keyFile: xdsTlsKey, clientAuthorityFile: xdsClientCa };
  if (apiClientCa !== undefined || Object.values(apiTls).some((file) => file !== undefined)) {
    assertAll(apiTls, 'TLS of the API', ['--api-tls-cert', '--api-tls-key']);
  }
  if (Object.values(xdsTls).some((file) => file !== undefined)) {
    assertAll(xdsTls, 'mutual TLS of xDS', ['--xds-tls-cert', '--xds-tls-key', '--xds-client-ca']);
  }
  const access: Access = {
    apiAccess: {
      tokenFile: options.apiTokenFile,
      token,
      ownToken: randomBytes(32).toString('hex'),
      ...(isWhole(apiTls) && {
        tls: { ...apiTls, ...(apiClientCa !== undefined && { clientAuthorityFile: apiClientCa }) },
      }),
      hosts: options.apiHosts?.map((host) => host.toLowerCase()),
      insecure: options.apiInsecure,
    },
    xdsAccess: {
      ...(isWhole(xdsTls) && { tls: xdsTls }),
      nodes: options.xdsNodes,
      insecure: options.xdsInsecure,
    },
  };
  const { assertSecured } = await import('../../xds-server/access/index.ts');
  assertSecured(
    { host: api.host, access: access.apiAccess! },
    { host: xds.host, access: access.xdsAccess!, secrets: options.secrets !== undefined },
  );
  return access;
}

type Files<Name extends string> = { readonly [name in Name]: string | undefined };

function isWhole<Name extends string>(files: Files<Name>): files is { readonly [name in Name]: string } {
  return Object.values(files).every((file) => file !== undefined);
}

function assertAll(files: Files<string>, what: string, flags: readonly string[]): void {
  const missing = flags.filter((_, index) => Object.values(files)[index] === undefined);
  if (missing.length > 0) throw new ShadowplaneError('USAGE', `${what} also needs ${missing.join(', ')}`);
}
