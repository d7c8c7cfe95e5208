import { isIP } from 'node:net';
import { ShadowplaneError } from '../../errors/index.ts';
import type { ComparingOptions } from '../../server/index.ts';
import { CAPTURE_TLS_FLAGS } from '../options.ts';
import type { RunOptions } from './run-options.ts';

type Flag = keyof typeof CAPTURE_TLS_FLAGS;

const FILES = Object.keys(CAPTURE_TLS_FLAGS).filter((name) => name !== 'captureServerName') as Flag[];

/**
 * Mutual TLS for captured answers as the flags say; undefined when none of them is there.
 *
 * @param address as Envoys reach the control plane
 * @throws ShadowplaneError USAGE naming the flags that are missing
 */
export function readCaptureTls(options: RunOptions, address: string | undefined): ComparingOptions['tls'] {
  const given = (Object.keys(CAPTURE_TLS_FLAGS) as Flag[]).filter((name) => options[name] !== undefined);
  if (given.length === 0) return undefined;
  const missing = FILES.filter((name) => options[name] === undefined);
  const serverName = options.captureServerName ?? dnsNameOf(address);
  if (serverName === undefined) missing.push('captureServerName');
  if (missing.length > 0) {
    const flags = missing.map((name) => CAPTURE_TLS_FLAGS[name].flag).join(', ');
    throw new ShadowplaneError('USAGE', `TLS for captured answers also needs ${flags}`);
  }
  return {
    files: {
      certificateFile: options.captureTlsCert!,
      keyFile: options.captureTlsKey!,
      clientAuthorityFile: options.captureClientCa!,
    },
    envoy: {
      certificateFile: options.captureEnvoyCert!,
      privateKeyFile: options.captureEnvoyKey!,
      caFile: options.captureEnvoyCa!,
      serverName: serverName!,
    },
  };
}

export type CaptureTlsOfEnvoy = Pick<
  RunOptions,
  'captureEnvoyCert' | 'captureEnvoyKey' | 'captureEnvoyCa' | 'captureServerName'
>;

/** What an Envoy of its own uses for that; undefined when none of the flags is there. */
export function readCaptureTlsOfEnvoy(
  options: CaptureTlsOfEnvoy,
  address: string,
): NonNullable<ComparingOptions['tls']>['envoy'] | undefined {
  const { captureEnvoyCert, captureEnvoyKey, captureEnvoyCa } = options;
  const serverName = options.captureServerName ?? dnsNameOf(address);
  if ([captureEnvoyCert, captureEnvoyKey, captureEnvoyCa].every((value) => value === undefined)) return undefined;
  if (!captureEnvoyCert || !captureEnvoyKey || !captureEnvoyCa || !serverName) {
    const flags = (['captureEnvoyCert', 'captureEnvoyKey', 'captureEnvoyCa', 'captureServerName'] as const)
      .map((name) => CAPTURE_TLS_FLAGS[name].flag)
      .join(', ');
    throw new ShadowplaneError('USAGE', `TLS for captured answers needs all of ${flags}`);
  }
  return { certificateFile: captureEnvoyCert, privateKeyFile: captureEnvoyKey, caFile: captureEnvoyCa, serverName };
}

function dnsNameOf(address: string | undefined): string | undefined {
  const host = address?.slice(0, address.lastIndexOf(':'));
  return host === undefined || host.startsWith('[') || isIP(host) !== 0 ? undefined : host;
}
