import type { SecureContextOptions } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';

/**
 * Mutual TLS: only clients with a certificate that `ca` has signed are heard. `reload` holds for connections from then on;
 * those that are open, and their streams, go on.
 */
export class ReloadingCredentials extends ServerCredentials {
  constructor(context: SecureContextOptions) {
    super({ requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' }, context);
  }

  reload(context: SecureContextOptions): void {
    this.updateSecureContextOptions(context);
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
