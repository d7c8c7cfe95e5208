/** A control plane with its page and no Envoy, in this process: for what needs no traffic. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ensureFilter } from '../../filter/index.ts';
import { filterModule, startShadowplane } from '../../server/index.ts';
import { parseAddress } from '../../xds-server/policy/index.ts';
import { Cleanup } from '../support/index.ts';
import type { Site } from './harness.ts';

export interface ControlPlaneSite extends Site {
  readonly xdsPort: number;
}

export interface ControlPlaneSiteOptions {
  /** Lines of the file of tokens; absent: nobody has to prove anything. */
  readonly tokens?: string;
  readonly nodes?: readonly string[];
  /** Further keys of the mirror `orders`. */
  readonly mirror?: object;
  readonly segments?: object;
  /** File by file, below the folder of secrets. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export async function startControlPlaneSite(options: ControlPlaneSiteOptions = {}): Promise<ControlPlaneSite> {
  const { tokens, nodes, secrets, mirror, segments = {} } = options;
  const cleanup = new Cleanup();
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const services = { v1: { address: '127.0.0.1:1' }, v2: { address: '127.0.0.1:2' } };
  const mirrors = { orders: { match: { path: '/' }, primary: 'v1', shadow: 'v2', sample: '5%', ...mirror } };
  const running = await startShadowplane({
    policyFile: file('policy.yaml', JSON.stringify({ services, segments, mirrors })),
    dataDir: join(folder, 'data'),
    xdsListen: '127.0.0.1:0',
    apiListen: '127.0.0.1:0',
    ...(tokens !== undefined && { apiAccess: { tokenFile: file('tokens', tokens) } }),
    ...(nodes && { xdsAccess: { nodes } }),
    ...(secrets && { secretsDir: writeSecrets(join(folder, 'secrets'), secrets) }),
    compare: { listen: { host: '127.0.0.1', port: 0 } },
    filterWasmPath: await ensureFilter(filterModule(true)),
    logger: pino({ level: 'silent' }),
  });
  cleanup.add(running);
  return {
    url: `http://${running.apiAddress}`,
    xdsPort: parseAddress(running.xdsAddress).port,
    close: () => cleanup.run(),
  };
}

function writeSecrets(folder: string, secrets: NonNullable<ControlPlaneSiteOptions['secrets']>): string {
  for (const [name, files] of Object.entries(secrets)) {
    mkdirSync(join(folder, name), { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text);
  }
  return folder;
}
