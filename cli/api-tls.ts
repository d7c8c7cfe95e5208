import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { ShadowplaneError } from '../errors/index.ts';

/** What a command shows the API, and by what it knows it. PEM files. */
export interface ApiTlsFiles {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly ca?: string | undefined;
}

export interface ApiTls {
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly ca?: Buffer;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** Undefined when none is named. @throws ShadowplaneError USAGE naming the flag */
export function readApiTls({ cert, key, ca }: ApiTlsFiles, apiUrl: string): ApiTls | undefined {
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if ((cert === undefined) !== (key === undefined)) {
    throw new ShadowplaneError('USAGE', `--cert and --key belong together; ${cert ? '--key' : '--cert'} is missing`);
  }
  if (!apiUrl.startsWith('https:')) {
    throw new ShadowplaneError('USAGE', `--cert, --key and --ca are for an API over https, not for --api ${apiUrl}`);
  }
  const read = (flag: string, file: string | undefined): Record<string, Buffer> => {
    if (file === undefined) return {};
    try {
      return { [flag]: readFileSync(file) };
    } catch (cause) {
      throw new ShadowplaneError('USAGE', `--${flag} cannot be read: ${(cause as Error).message}`, { cause });
    }
  };
  return { ...read('cert', cert), ...read('key', key), ...read('ca', ca) };
}

/** With files of one's own; without them Node's fetch does, which takes none. */
export function sendHttp(url: string, { body, ...init }: HttpRequest, tls: ApiTls | undefined): Promise<HttpAnswer> {
  if (!tls) {
    return fetch(url, { ...init, ...(body !== undefined && { body }) }).then(async (response) => ({
      status: response.status,
      text: await response.text(),
    }));
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...init, ...tls, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Why there is no secure connection; undefined where that is not what is wrong. */
export function tlsProblem(error: unknown): string | undefined {
  const { cause = error } = error as { cause?: unknown };
  const { code = '', message = '' } = cause as { code?: string; message?: string };
  if (/^ERR_SSL_.*(CERTIFICATE|ALERT)/.test(code)) return `it refuses the certificate of --cert (${code})`;
  if (/^ERR_TLS_CERT_ALTNAME/.test(code)) return `its certificate is for another name: ${message}`;
  if (/CERT|UNABLE_TO|SELF_SIGNED/.test(code)) {
    return `its certificate is not known here (${message}): --ca FILE names its authority`;
  }
  if (/^ERR_(SSL|OSSL|TLS)/.test(code)) return message;
  return undefined;
}
