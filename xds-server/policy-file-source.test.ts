import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ShadowplaneError } from '../errors/index.ts';
import { PolicyStore } from './policy/index.ts';
import { followPolicyFile } from './policy-file-source.ts';

let directory: string;
let store: PolicyStore;
let logged: string;

beforeEach(async () => {
  logged = '';
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-file-'));
  store = await PolicyStore.open({ directory });
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

function follow(listen: string) {
  const file = join(directory, 'policy.yaml');
  writeFileSync(file, `listen: ${listen}\n`);
  const logger = pino({}, { write: log });
  return followPolicyFile({ file, store, check: () => {}, logger });
}

function log(line: string): void {
  logged += line;
}

function failWith(code: 'STORE_FULL' | 'STORE_FAILED' | 'POLICY_INVALID'): void {
  vi.spyOn(store, 'applyFile').mockRejectedValueOnce(new ShadowplaneError(code, 'no'));
}

it.each(['STORE_FULL', 'STORE_FAILED'] as const)(
  'goes on with what is stored when it is %s, and says so',
  async (code) => {
    await (await follow('127.0.0.1:1')).close();
    failWith(code);
    await (await follow('127.0.0.1:2')).close();
    expect(store.current.document).toEqual({ listen: '127.0.0.1:1' });
    expect(logged).toContain('save it again once the store is well');
  },
);

it('does not start with nothing to serve, or with a file that is wrong', async () => {
  failWith('STORE_FULL');
  await expect(follow('127.0.0.1:1')).rejects.toMatchObject({ code: 'STORE_FULL' });
  await (await follow('127.0.0.1:1')).close();
  failWith('POLICY_INVALID');
  await expect(follow('127.0.0.1:2')).rejects.toMatchObject({ code: 'POLICY_INVALID' });
});
