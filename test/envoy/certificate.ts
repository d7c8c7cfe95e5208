/** A self-signed certificate for tests of TLS, made anew each time: no key lies around, nothing expires. */
import { generateKeyPairSync, sign } from 'node:crypto';

export interface Certificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const DAY_MS = 24 * 3_600_000;

/** For one DNS name; it is also its own authority. */
export function selfSigned(dnsName: string): Certificate {
  return selfSignedFor({ dnsName });
}

export interface CertificateOptions {
  readonly dnsName: string;
  /** Default: the DNS name. Authorities of one name cannot be told apart. */
  readonly commonName?: string;
  readonly uri?: string;
  readonly curve?: string;
}

export function selfSignedFor({
  dnsName,
  commonName = dnsName,
  uri,
  curve = 'P-256',
}: CertificateOptions): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const names = [der(0x82, Buffer.from(dnsName)), ...(uri === undefined ? [] : [der(0x86, Buffer.from(uri))])];
  const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const name = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(commonName)))));
  const validity = sequence(utcTime(Date.now() - DAY_MS), utcTime(Date.now() + DAY_MS));
  const extensions = sequence(
    sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(...names))),
    sequence(oid(0x55, 0x1d, 0x13), der(0x04, sequence(der(0x01, Buffer.from([0xff]))))),
  );
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', toBeSigned, privateKey));
  return {
    certificatePem: pem('CERTIFICATE', sequence(toBeSigned, ecdsaWithSha256, signature)),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** One value in ASN.1's distinguished encoding: tag, length, content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function oid(...bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

/** `YYMMDDhhmmssZ` */
function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '');
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
