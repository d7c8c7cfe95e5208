/**
 * One secret: a folder with `tls.crt` and `tls.key`, `ca.crt`, or all three, as Kubernetes mounts them. What cannot be used is
 * refused whole, with a reason that quotes nothing of what the files hold.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { SecretMaterial } from '../resources/index.ts';

export const SECRET_FILES = { certificate: 'tls.crt', privateKey: 'tls.key', authority: 'ca.crt' } as const;

/** What may be told of a certificate. */
export interface CertificateFacts {
  /** `DNS:shop.example, URI:spiffe://shop/edge`; without those the subject. */
  readonly names: string;
  /** ISO 8601, UTC. */
  readonly notAfter: string;
  /** SHA-256, in hexadecimal. */
  readonly fingerprint: string;
}

export interface Secret {
  readonly material: SecretMaterial;
  readonly certificate: CertificateFacts | null;
  readonly authorities: readonly CertificateFacts[];
}

/** Many times what a chain of certificates needs. */
const MAX_BYTES = 1024 * 1024;
/** Envoy refuses shorter ones. */
const MIN_RSA_BITS = 2048;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** @throws Error that says what is wrong with which file */
export async function readSecret(folder: string): Promise<Secret> {
  const [chain, privateKey, authority] = await Promise.all(
    Object.values(SECRET_FILES).map((name) => readIfThere(join(folder, name), name)),
  );
  if (chain === undefined && authority === undefined) {
    throw new Error(privateKey === undefined ? 'holds neither tls.crt nor ca.crt' : 'has tls.key without tls.crt');
  }
  if (chain !== undefined && privateKey === undefined) throw new Error('has tls.crt without tls.key');
  const certificate = chain === undefined ? null : factsOf(fitting(chain, privateKey!));
  const authorities = authority === undefined ? [] : certificatesIn(authority, SECRET_FILES.authority).map(factsOf);
  return {
    material: {
      ...(chain !== undefined && { certificate: { chainPem: chain, privateKeyPem: privateKey! } }),
      ...(authority !== undefined && { authorityPem: authority }),
    },
    certificate,
    authorities,
  };
}

/** The first certificate of the chain, which belongs to the key. */
function fitting(chain: string, privateKey: string): X509Certificate {
  const [own] = certificatesIn(chain, SECRET_FILES.certificate);
  const key = attempt(
    () => createPrivateKey(privateKey),
    'tls.key holds no private key that opens without a passphrase',
  );
  if (!own!.checkPrivateKey(key)) throw new Error('tls.crt and tls.key do not belong together');
  const { modulusLength = MIN_RSA_BITS } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS)
    throw new Error(`tls.key has ${modulusLength} bits; Envoy takes RSA keys from ${MIN_RSA_BITS}`);
  attempt(() => createSecureContext({ cert: chain, key: privateKey }), 'tls.crt and tls.key are of no use to TLS');
  return own!;
}

function certificatesIn(pem: string, name: string): X509Certificate[] {
  const blocks = pem.match(PEM_CERTIFICATE) ?? [];
  if (blocks.length === 0) throw new Error(`${name} holds no certificate`);
  return blocks.map((block) =>
    attempt(() => new X509Certificate(block), `${name} holds a certificate that cannot be read`),
  );
}

/** Without the cause: what a parser says may quote what it read. */
function attempt<T>(read: () => T, problem: string): T {
  try {
    return read();
  } catch {
    throw new Error(problem);
  }
}

function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    names: certificate.subjectAltName ?? certificate.subject.replaceAll('\n', ', '),
    notAfter: new Date(certificate.validTo).toISOString(),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

async function readIfThere(path: string, name: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > MAX_BYTES) throw new Error(`is larger than ${MAX_BYTES} bytes`);
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Error(`${name} cannot be read: ${code ?? message}`);
  }
}
