import { readFileSync } from 'node:fs';
import { ShadowplaneError } from '../errors/index.ts';
import type { ApiTlsFiles } from './api-tls.ts';

export interface ApiConnection extends ApiTlsFiles {
  readonly api: string;
  readonly apiTokenFile?: string | undefined;
}

/**
 * The token that a command sends: the last word of the first line of `--api-token-file`, so that the line `NAME ROLE TOKEN`
 * of the control plane's own file will do as well as the token alone; else SHADOWPLANE_API_TOKEN; else none.
 *
 * @throws ShadowplaneError USAGE
 */
export function readApiToken({ apiTokenFile: file }: ApiConnection, env: NodeJS.ProcessEnv): string | undefined {
  if (file === undefined) return env.SHADOWPLANE_API_TOKEN || undefined;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ShadowplaneError('USAGE', `--api-token-file cannot be read: ${(cause as Error).message}`, { cause });
  }
  const line = text.split('\n').find((candidate) => candidate.trim() !== '' && !candidate.trim().startsWith('#'));
  const token = line?.trim().split(/\s+/).at(-1);
  if (token === undefined) throw new ShadowplaneError('USAGE', `--api-token-file ${file} holds no token`);
  if (token.startsWith('sha256:') || token === 'certificate') {
    throw new ShadowplaneError('USAGE', `--api-token-file ${file}: its first line has no token that could be sent`);
  }
  return token;
}
