import type { SecureContextOptions } from 'node:tls';
import type { Logger } from 'pino';
import { readTlsFiles } from '../tls/index.ts';
import { type ApiAccess, assertSecured, type Gate, openGate, type XdsAccess } from './access/index.ts';
import type { ControlPlaneOptions } from './control-plane-options.ts';
import { type Address, isLoopbackHost, parseListenAddress } from './policy/index.ts';
import type { Shutdown } from './shutdown.ts';
import { ReloadingCredentials } from './xds/index.ts';

/** Where the servers listen, and who may use them. */
export interface ServerAccess {
  readonly api: ApiAccess & { readonly listen: Address };
  readonly xds: XdsAccess & { readonly listen: Address };
  /** Absent: everybody who reaches the API may call it. */
  readonly gate: Gate | undefined;
  readonly apiTls: SecureContextOptions | undefined;
  readonly credentials: ReloadingCredentials | undefined;
}

/** Before anything is stored or served: credentials that are of no use end it here. */
export async function openAccess(options: ControlPlaneOptions, shutdown: Shutdown): Promise<ServerAccess> {
  const { logger, apiAccess = {}, xdsAccess = {} } = options;
  const api = { ...apiAccess, listen: parseListenAddress(options.apiListen) };
  const xds = { ...xdsAccess, listen: parseListenAddress(options.xdsListen) };
  assertSecured(
    { host: api.listen.host, access: apiAccess },
    { host: xds.listen.host, access: xdsAccess, secrets: options.secretsDir !== undefined },
  );
  warnOfInsecurity(logger, { ...apiAccess, host: api.listen.host }, { ...xdsAccess, host: xds.listen.host });
  if (options.secretsDir !== undefined && !xdsAccess.tls) {
    logger.warn(
      'whoever may run programs on this machine is served the secrets, too: --xds-tls-cert, or name files of Envoy',
    );
  }
  const gate = await openGate({
    tokenFile: apiAccess.tokenFile,
    token: apiAccess.token,
    ownToken: apiAccess.ownToken,
    certificates: apiAccess.tls?.clientAuthorityFile !== undefined,
    onProblem: (err) => logger.error({ err }, 'the tokens of the API stay as they were'),
  });
  if (gate) shutdown.add(() => gate.close());
  const apiTls = apiAccess.tls && (await readTlsFiles(apiAccess.tls));
  const credentials = xdsAccess.tls && new ReloadingCredentials(await readTlsFiles(xdsAccess.tls));
  return { api, xds, gate, apiTls, credentials };
}

export function staysAsItWas(logger: Logger, whose: string): (err: Error) => void {
  return (err) => logger.error({ err }, `the certificate of ${whose} stays as it was`);
}

/** What was asked for, and is not to be forgotten. */
function warnOfInsecurity(
  logger: Logger,
  api: ApiAccess & { readonly host: string },
  xds: XdsAccess & { readonly host: string },
): void {
  const isGuarded =
    api.tokenFile !== undefined || api.token !== undefined || api.tls?.clientAuthorityFile !== undefined;
  if (!isLoopbackHost(api.host)) {
    if (!isGuarded)
      logger.warn('ANYBODY who reaches the API may change mirrors and read captured answers: --api-insecure');
    else if (!api.tls) logger.warn('tokens of the API travel in plain text: end TLS in front of it, or --api-tls-cert');
  }
  if (!isLoopbackHost(xds.host) && !xds.tls) {
    logger.warn('ANYBODY who reaches xDS is served configuration, in plain text: --xds-insecure');
  }
}
