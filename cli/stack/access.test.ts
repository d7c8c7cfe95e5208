import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readApiToken } from '../api-token.ts';
import { readAccess } from './access.ts';
import type { RunOptions, TlsOptions } from './run-options.ts';

const LOOPBACK = { host: '127.0.0.1', port: 1 };
const ANYWHERE = { host: '0.0.0.0', port: 1 };

function read(options: Partial<RunOptions & TlsOptions>, env: NodeJS.ProcessEnv = {}, api = LOOPBACK, xds = LOOPBACK) {
  return readAccess({ compare: true, logLevel: 'info', ...options }, env, { api, xds });
}

describe('who may call and who is served', () => {
  it('beyond loopback not just anybody, and the error names the flags', async () => {
    await expect(read({}, {}, ANYWHERE)).rejects.toThrow(/--api-token-file.*--api-insecure/);
    await expect(read({}, {}, LOOPBACK, ANYWHERE)).rejects.toThrow(/--xds-tls-cert.*--xds-insecure/);
    await read({ apiInsecure: true, xdsInsecure: true }, {}, ANYWHERE, ANYWHERE);
    const xds = { xdsTlsCert: 'c', xdsTlsKey: 'k', xdsClientCa: 'a' };
    const { apiAccess, xdsAccess } = await read({ apiTokenFile: 't', ...xds }, {}, ANYWHERE, ANYWHERE);
    expect(apiAccess).toMatchObject({ tokenFile: 't' });
    expect(apiAccess).not.toHaveProperty('tls');
    expect(xdsAccess?.tls).toEqual({ certificateFile: 'c', keyFile: 'k', clientAuthorityFile: 'a' });
  });

  it('certificates come with their keys', async () => {
    await expect(read({ apiClientCa: 'a' })).rejects.toThrow(/also needs --api-tls-cert, --api-tls-key$/);
    await expect(read({ xdsTlsCert: 'c' })).rejects.toThrow(/also needs --xds-tls-key, --xds-client-ca$/);
    const { apiAccess } = await read({ apiTlsCert: 'c', apiTlsKey: 'k' });
    expect(apiAccess?.tls).toEqual({ certificateFile: 'c', keyFile: 'k' });
  });

  it('a token of the environment counts, and is not left there for Envoy to inherit', async () => {
    const env = { SHADOWPLANE_API_TOKEN: 'writer-0123456789abcdef' };
    const { apiAccess } = await read({}, env, ANYWHERE);
    expect(apiAccess?.token).toBe('writer-0123456789abcdef');
    expect(env).toEqual({});
  });
});

describe('the token that a command sends', () => {
  const from = (text: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'shadowplane-token-'));
    const apiTokenFile = join(folder, 'token');
    writeFileSync(apiTokenFile, text);
    try {
      return readApiToken({ api: '', apiTokenFile }, { SHADOWPLANE_API_TOKEN: 'of the environment' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it.each(['t0ken', 't0ken\n', '# mine\n\nann change t0ken\nben read other\n'])('%j', (text) => {
    expect(from(text)).toBe('t0ken');
  });

  it('is of the environment where no file is named', () => {
    expect(readApiToken({ api: '' }, { SHADOWPLANE_API_TOKEN: 't0ken' })).toBe('t0ken');
    expect(readApiToken({ api: '' }, {})).toBeUndefined();
  });

  it.each(['', 'ann change sha256:00', 'ann change certificate'])('none in %j', (text) => {
    expect(() => from(text)).toThrow(/--api-token-file/);
  });
});
