/** A bootstrap as files: with the two that let Envoy follow its own certificate. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { EnvoyJson } from '../../xds-server/policy/model.ts';
import { buildBootstrap, fileSecrets } from '../../xds-server/resources/index.ts';

/** @param folder has to have the same path on Envoy's machine. @returns the files that were written */
export async function writeBootstrap(folder: string, options: Parameters<typeof buildBootstrap>[0]): Promise<string[]> {
  const { tls } = options;
  const secretsFolder = resolve(folder);
  const bootstrap = buildBootstrap({ ...options, tls: tls && { ...tls, secretsFolder } });
  const files = new Map<string, EnvoyJson>([...(tls ? fileSecrets(tls) : []), ['envoy.yaml', bootstrap]]);
  await mkdir(secretsFolder, { recursive: true });
  for (const [name, content] of files) {
    await writeFile(join(secretsFolder, name), stringify(content, { aliasDuplicateObjects: false }));
  }
  return [...files.keys()].map((name) => join(secretsFolder, name));
}
