import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Certificate, selfSigned } from '../test/envoy/certificate.ts';
import { followTlsFiles, readTlsFiles } from './index.ts';

const NEVER_MS = 3_600_000;
const PATIENCE = { timeout: 20_000, interval: 20 };

let folder: string;
let unfollow: () => void;
let files: { readonly certificateFile: string; readonly keyFile: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tls-files-'));
  files = { certificateFile: join(folder, 'server.pem'), keyFile: join(folder, 'server.key') };
  unfollow = () => {};
});
afterEach(() => {
  unfollow();
  rmSync(folder, { recursive: true });
});

function write({ certificatePem, privateKeyPem }: Certificate): void {
  writeFileSync(files.certificateFile, certificatePem);
  writeFileSync(files.keyFile, privateKeyPem);
}

it('hands on a certificate that was written after the first reading and before the watching', async () => {
  const [before, after] = [selfSigned('before'), selfSigned('after')];
  write(before);
  expect((await readTlsFiles(files)).cert).toEqual(Buffer.from(before.certificatePem));
  write(after);
  const told: SecureContextOptions[] = [];
  unfollow = followTlsFiles(
    files,
    (context) => told.push(context),
    (error) => expect.unreachable(error.message),
    NEVER_MS,
  );
  await vi.waitFor(() => expect(told.map(({ cert }) => cert)).toEqual([Buffer.from(after.certificatePem)]), PATIENCE);
});

it('says of files that do not fit together that they are of no use, and hands them on once they do', async () => {
  const [before, after] = [selfSigned('before'), selfSigned('after')];
  write({ ...before, privateKeyPem: after.privateKeyPem });
  const told: SecureContextOptions[] = [];
  const problems: string[] = [];
  unfollow = followTlsFiles(
    files,
    (context) => told.push(context),
    ({ message }) => problems.push(message),
    20,
  );
  await vi.waitFor(() => expect(problems).not.toHaveLength(0), PATIENCE);
  expect(problems[0]).toMatch(/of no use together/);
  expect(told).toEqual([]);
  writeFileSync(files.certificateFile, after.certificatePem);
  await vi.waitFor(() => expect(told.at(-1)?.cert).toEqual(Buffer.from(after.certificatePem)), PATIENCE);
});
