import { ShadowplaneError } from '../../errors/index.ts';
import type { ServerTlsFiles, TlsFiles } from '../../tls/index.ts';
import { isLoopbackHost } from '../policy/index.ts';
import { bindsNames, parseNodeList } from './node-list.ts';

/** Who may call the API, and over what. */
export interface ApiAccess {
  /** Tokens with a role each, see `parseTokenFile`. */
  readonly tokenFile?: string | undefined;
  /** A token that may change everything. */
  readonly token?: string | undefined;
  /** A token of this process, to read; no reason to ask others for theirs. */
  readonly ownToken?: string | undefined;
  /** With `clientAuthorityFile`, certificates count as tokens do. */
  readonly tls?: ServerTlsFiles | undefined;
  /** Names it is reached under beyond loopback; absent: any. Names of this machine and IP addresses always do. */
  readonly hosts?: readonly string[] | undefined;
  /** Anybody may call it, beyond loopback too. For networks that are private to who may. */
  readonly insecure?: boolean | undefined;
}

/** Which Envoys are served, and over what. */
export interface XdsAccess {
  /** Only clients with a certificate of its authority are heard. */
  readonly tls?: TlsFiles | undefined;
  /** Entries as `parseNodeList` reads them; absent: every node. */
  readonly nodes?: readonly string[] | undefined;
  /** Plain text beyond loopback. For networks that are private to Envoys and this process. */
  readonly insecure?: boolean | undefined;
}

/**
 * Beyond loopback nothing is served to just anybody, unless that is asked for by name.
 *
 * @throws ShadowplaneError USAGE naming the flags
 */
export function assertSecured(
  api: { readonly host: string; readonly access: ApiAccess },
  xds: {
    readonly host: string;
    readonly access: XdsAccess;
    /** Whether private keys travel by it. */
    readonly secrets?: boolean;
  },
): void {
  const { tokenFile, token, tls } = api.access;
  const isGuarded = tokenFile !== undefined || token !== undefined || tls?.clientAuthorityFile !== undefined;
  if (!isLoopbackHost(api.host) && !isGuarded && !api.access.insecure) {
    throw new ShadowplaneError(
      'USAGE',
      `--api-listen ${api.host}: beyond loopback whoever reaches the API could change your mirrors and read your users' data. Give it tokens (--api-token-file FILE or SHADOWPLANE_API_TOKEN) or, with "serve", client certificates (--api-tls-cert, --api-tls-key, --api-client-ca); or say --api-insecure, for a network that is private to who may`,
    );
  }
  if (!isLoopbackHost(xds.host) && !xds.access.tls && !xds.access.insecure) {
    throw new ShadowplaneError(
      'USAGE',
      `--xds-listen ${xds.host}: beyond loopback Envoys and control plane have to prove who they are: --xds-tls-cert, --xds-tls-key and --xds-client-ca, which "serve" takes; or say --xds-insecure, for a network that is private to them`,
    );
  }
  if (!xds.access.tls && bindsNames(parseNodeList(xds.access.nodes ?? []))) {
    throw new ShadowplaneError(
      'USAGE',
      '--xds-nodes ID=NAME needs certificates to hold ids against: --xds-tls-cert, --xds-tls-key and --xds-client-ca',
    );
  }
  if (!isLoopbackHost(xds.host) && !xds.access.tls && xds.secrets) {
    throw new ShadowplaneError(
      'USAGE',
      `--secrets with --xds-listen ${xds.host}: private keys are not sent in plain text beyond loopback. Give xDS mutual TLS (--xds-tls-cert, --xds-tls-key, --xds-client-ca), or leave the files on Envoys' machines and name them in the policy (certificateFile, privateKeyFile, caFile)`,
    );
  }
}
