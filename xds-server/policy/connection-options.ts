/** How a program of ours connects to a service over TLS: as Envoy is told to. */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Service, ServiceTls } from './model.ts';

/**
 * Read each time: certificates are renewed while the process runs. The paths are Envoy's, and need not exist here.
 *
 * @param serverName sent and verified; an address is verified without being sent as a name. Undefined: what Node makes of
 *   the request.
 * @throws Error when a file cannot be read
 */
export async function connectionOptions(
  { caFile, clientCertificate, insecure }: ServiceTls,
  serverName: string | undefined,
  protocol: Service['protocol'],
): Promise<ConnectionOptions> {
  return {
    ...(serverName !== undefined && isIP(serverName) === 0 && { servername: serverName }),
    rejectUnauthorized: !insecure,
    ALPNProtocols: [protocol === 'http2' ? 'h2' : 'http/1.1'],
    ...(caFile !== undefined && { ca: await readFile(caFile) }),
    ...(clientCertificate &&
      'certificateFile' in clientCertificate && {
        cert: await readFile(clientCertificate.certificateFile),
        key: await readFile(clientCertificate.privateKeyFile),
      }),
  };
}
