/**
 * The file with the tokens of the API: a line each, `NAME ROLE TOKEN`. In place of the token `sha256:` and the hexadecimal
 * SHA-256 of it, so that the file holds no secret; or the word `certificate` for the client certificate with that common name.
 * Empty lines and what follows a `#` at the beginning of a line are skipped.
 */
import { createHash } from 'node:crypto';
import { ShadowplaneError } from '../../errors/index.ts';

export type Role = 'read' | 'change';

/** Who calls, once proven. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
}

export interface Grants {
  /** By the digest of the token. */
  readonly tokens: readonly (Caller & { readonly digest: Buffer })[];
  /** By the common name of the certificate. */
  readonly certificates: readonly Caller[];
}

/** Too many to try, even for who may ask a million times a second. */
const MIN_TOKEN_LENGTH = 20;
/** Those of changes that nobody asked for by API. */
const RESERVED_NAMES = ['file', 'rollback', 'none'];

/** @throws ShadowplaneError USAGE naming the line and never what stands in it */
export function parseTokenFile(text: string, file: string): Grants {
  const tokens: (Caller & { digest: Buffer })[] = [];
  const certificates: Caller[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || words[0]!.startsWith('#')) continue;
    const refuse = (message: string): ShadowplaneError =>
      new ShadowplaneError('USAGE', `${file}:${index + 1}: ${message}`);
    const [name = '', role, secret = '', ...more] = words;
    if (more.length > 0 || secret === '') throw refuse('a line is NAME ROLE TOKEN');
    if (!isName(name)) {
      throw refuse(
        `a name has 1 to 64 letters, digits, and any of . _ @ -, and is none of ${RESERVED_NAMES.join(', ')}`,
      );
    }
    if (role !== 'read' && role !== 'change') throw refuse('a role is read or change');
    if (secret === 'certificate') certificates.push({ name, role });
    else tokens.push({ name, role, digest: digestIn(secret, refuse) });
  }
  return { tokens, certificates };
}

function digestIn(secret: string, refuse: (message: string) => ShadowplaneError): Buffer {
  if (secret.startsWith('sha256:')) {
    const hex = secret.slice('sha256:'.length);
    if (!/^[0-9a-f]{64}$/i.test(hex)) throw refuse('after sha256: stand 64 hexadecimal digits');
    return Buffer.from(hex, 'hex');
  }
  const problem = tokenProblem(secret);
  if (problem) throw refuse(problem);
  return tokenDigest(secret);
}

export function isName(text: string): boolean {
  return /^[\w.@-]{1,64}$/.test(text) && !RESERVED_NAMES.includes(text);
}

/** Why a token will not do; undefined if it will. */
export function tokenProblem(token: string): string | undefined {
  if (token.length < MIN_TOKEN_LENGTH) return `a token has at least ${MIN_TOKEN_LENGTH} characters`;
  return /^[\x21-\x7e]+$/.test(token) ? undefined : 'a token has printable ASCII characters only';
}

export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
