import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPolicy } from './policy-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'shadowplane-policy-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(text: string): string {
  const file = join(dir, 'shadowplane.yaml');
  writeFileSync(file, text);
  return file;
}

it('checks raw Envoy configuration against the API of Envoy, and finds the line', async () => {
  const file = write(`envoy:
  clusters:
    - "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
      name: extra
      conect_timeout: 1s
`);
  await expect(readPolicy(file)).rejects.toMatchObject({
    code: 'POLICY_INVALID',
    problems: [{ path: expect.stringMatching(/^envoy\.clusters\.0/), line: expect.any(Number) }],
  });
});

it('says why a file cannot be read', async () => {
  await expect(readPolicy(join(dir, 'none.yaml'))).rejects.toMatchObject({
    code: 'POLICY_FILE_UNREADABLE',
    message: expect.stringMatching(/there is no such file$/),
  });
  await expect(readPolicy(dir)).rejects.toThrow(/it is a folder$/);
});
