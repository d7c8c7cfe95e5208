import { timingSafeEqual } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ShadowplaneError } from '../../errors/index.ts';
import { type Caller, type Grants, isName, parseTokenFile, tokenDigest, tokenProblem } from './token-file.ts';

export interface GateOptions {
  /** Read again when it changes. */
  readonly tokenFile?: string | undefined;
  /** One token that may change everything, under the name `token`. */
  readonly token?: string | undefined;
  /** One of this process that may read; not a reason for a gate. */
  readonly ownToken?: string | undefined;
  /** Whether certificates of the authority that the listener asks for count. Without a token file each may change everything. */
  readonly certificates: boolean;
  /** Told when a changed file is of no use; the tokens before stay in use. */
  readonly onProblem: (error: Error) => void;
  /** How often the file is looked at. */
  readonly checkMs?: number;
}

/** Who a request says it is from. */
export interface Claim {
  readonly authorization?: string | undefined;
  /** Common name of a certificate that the listener has verified. */
  readonly certificateName?: string | undefined;
}

/** Knows who may call, by token or certificate. */
export interface Gate {
  /** @throws ShadowplaneError UNAUTHENTICATED */
  callerOf(claim: Claim): Caller;
  close(): void;
}

const CHECK_MS = 2_000;
const NOBODY: Grants = { tokens: [], certificates: [] };

/** @returns undefined when there is nothing to prove oneself by. @throws ShadowplaneError USAGE for a file that cannot be used */
export async function openGate(options: GateOptions): Promise<Gate | undefined> {
  const { tokenFile, token, ownToken, certificates, onProblem, checkMs = CHECK_MS } = options;
  if (tokenFile === undefined && token === undefined && !certificates) return undefined;
  const problem = token === undefined ? undefined : tokenProblem(token);
  if (problem) throw new ShadowplaneError('USAGE', `SHADOWPLANE_API_TOKEN: ${problem}`);
  const given: Grants['tokens'] = [
    ...(token === undefined ? [] : [{ name: 'token', role: 'change' as const, digest: tokenDigest(token) }]),
    ...(ownToken === undefined ? [] : [{ name: 'own', role: 'read' as const, digest: tokenDigest(ownToken) }]),
  ];
  let grants = NOBODY;
  const reload = (): void => {
    readTokenFile(tokenFile!).then((changed) => {
      grants = changed;
    }, onProblem);
  };
  if (tokenFile !== undefined) {
    // Watched before it is read: what is written in between would be no news to somebody who begins to look later.
    watchFile(tokenFile, { interval: checkMs, persistent: false }, reload);
    try {
      grants = await readTokenFile(tokenFile);
    } catch (error) {
      unwatchFile(tokenFile, reload);
      throw error;
    }
  }

  const byToken = (presented: string): Caller | undefined => {
    const digest = tokenDigest(presented);
    let caller: Caller | undefined;
    // All of them, always, in constant time: how long it takes tells nothing.
    for (const known of [...given, ...grants.tokens]) {
      if (timingSafeEqual(known.digest, digest)) caller = known;
    }
    return caller;
  };
  const byCertificate = (name: string): Caller | undefined =>
    tokenFile !== undefined
      ? grants.certificates.find((known) => known.name === name)
      : isName(name)
        ? { name, role: 'change' }
        : undefined;

  return {
    callerOf: ({ authorization, certificateName }) => {
      const presented = /^Bearer +([^ ]+) *$/i.exec(authorization ?? '')?.[1];
      const caller =
        presented !== undefined
          ? byToken(presented)
          : certificates && certificateName !== undefined
            ? byCertificate(certificateName)
            : undefined;
      if (caller) return { name: caller.name, role: caller.role };
      throw new ShadowplaneError(
        'UNAUTHENTICATED',
        authorization !== undefined
          ? 'This token is not known here'
          : certificateName !== undefined
            ? `The certificate of ${JSON.stringify(certificateName)} is known to nobody here`
            : 'Send a token: "Authorization: Bearer TOKEN"; commands take it from SHADOWPLANE_API_TOKEN or --api-token-file',
      );
    },
    close: () => {
      if (tokenFile !== undefined) unwatchFile(tokenFile, reload);
    },
  };
}

async function readTokenFile(file: string): Promise<Grants> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new ShadowplaneError('USAGE', `${file} cannot be read: ${cause.message}`, { cause });
  });
  return parseTokenFile(text, file);
}
