import { isIP } from 'node:net';
import { Option } from 'commander';
import { ShadowplaneError } from '../../errors/index.ts';

export interface XdsTlsOptions {
  readonly xdsEnvoyCert?: string;
  readonly xdsEnvoyKey?: string;
  readonly xdsEnvoyCa?: string;
  readonly xdsServerName?: string;
}

/** How an Envoy proves to the control plane who it is. */
export function xdsTlsOptions(): Option[] {
  return Object.entries(FLAGS).map(([flag, description]) => new Option(flag, description));
}

const FLAGS = {
  '--xds-envoy-cert <file>': "mutual TLS: certificate that Envoy shows; a path on Envoy's machine, as the next two",
  '--xds-envoy-key <file>': 'its private key',
  '--xds-envoy-ca <file>': "authority of the control plane's certificate",
  '--xds-server-name <name>': 'DNS name in that certificate (default: the host of --xds-listen)',
};

/**
 * Undefined when none of the flags is there.
 *
 * @throws ShadowplaneError USAGE naming the flags that are missing
 */
export function readXdsTls(options: XdsTlsOptions, host: string) {
  const { xdsEnvoyCert, xdsEnvoyKey, xdsEnvoyCa, xdsServerName } = options;
  if ([xdsEnvoyCert, xdsEnvoyKey, xdsEnvoyCa, xdsServerName].every((value) => value === undefined)) return undefined;
  const serverName = xdsServerName ?? (isIP(host) === 0 ? host : undefined);
  if (xdsEnvoyCert === undefined || xdsEnvoyKey === undefined || xdsEnvoyCa === undefined || serverName === undefined) {
    throw new ShadowplaneError(
      'USAGE',
      'mutual TLS needs --xds-envoy-cert, --xds-envoy-key, --xds-envoy-ca and, where --xds-listen has an IP address, --xds-server-name',
    );
  }
  return { certificateFile: xdsEnvoyCert, privateKeyFile: xdsEnvoyKey, caFile: xdsEnvoyCa, serverName };
}
