import { existsSync, readFileSync } from 'node:fs';
import { ShadowplaneError } from '../errors/index.ts';
import type { parsePolicyFile } from '../xds-server/policy/index.ts';

const DEFAULT_FILE = 'shadowplane.yaml';

const MINIMAL = `  default: shop-v1
  services:
    shop-v1: { address: 127.0.0.1:8080 }
    shop-v2: { address: 127.0.0.1:8081 }
  mirrors:
    shop:
      match: { path: / }
      primary: shop-v1
      shadow: shop-v2
      sample: 5%`;

/**
 * The configuration file to use: the one that was named, else shadowplane.yaml in the current folder.
 *
 * @throws ShadowplaneError USAGE with a minimal example when there is neither.
 */
export function findPolicyFile(named: string | undefined): string {
  if (named !== undefined) return named;
  if (existsSync(DEFAULT_FILE)) return DEFAULT_FILE;
  throw new ShadowplaneError(
    'USAGE',
    `there is no ${DEFAULT_FILE} here; name a file with -f, or start with this one:\n\n${MINIMAL}\n\nTo see it work first: shadowplane demo`,
  );
}

/**
 * Reads and checks the file, or standard input for `-`, as the control plane will: raw Envoy configuration in it against
 * Envoy's own API too, which is only loaded then.
 *
 * @throws ShadowplaneError POLICY_FILE_UNREADABLE, or POLICY_INVALID with every problem and its place
 */
export async function readPolicy(file: string): Promise<ReturnType<typeof parsePolicyFile>> {
  const text = readText(file);
  const { parsePolicyFile: parse } = await import('../xds-server/policy/index.ts');
  const parsed = parse(text, file);
  if ((parsed.document as { envoy?: unknown }).envoy === undefined) return parsed;
  const { checkPolicy } = await import('../xds-server/resources/index.ts');
  return parse(text, file, { check: checkPolicy });
}

/** @throws ShadowplaneError POLICY_FILE_UNREADABLE */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(cause);
    throw new ShadowplaneError('POLICY_FILE_UNREADABLE', `${file}: ${why}`, { cause });
  }
}
