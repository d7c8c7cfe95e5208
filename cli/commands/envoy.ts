import { Command, Option } from 'commander';
import { locateEnvoy } from '../../envoy/index.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, addressOption, DEFAULT_ADDRESSES, dataDirOption, jsonOption } from '../options.ts';

export function envoyCommand(context: Context): Command {
  const envoy = new Command('envoy').description('the Envoy that does the work');
  envoy.addCommand(installCommand(context));
  envoy.addCommand(bootstrapCommand(context));
  return addExamples(envoy, 'envoy install', 'envoy bootstrap > envoy.yaml');
}

function installCommand(context: Context): Command {
  const command = new Command('install').description(
    'find a usable Envoy or install the pinned one, and print its path',
  );
  addOptions(command, dataDirOption(), jsonOption()).action(async (options: { dataDir?: string; json?: boolean }) => {
    const { path, version, source } = await locateEnvoy({ dataDir: options.dataDir, onProgress: context.note });
    if (options.json) context.printJson({ path, version, source });
    else context.print(path);
  });
  return addExamples(command, 'envoy install', 'envoy install --data-dir /var/lib/shadowplane');
}

interface BootstrapOptions {
  readonly xdsListen?: string;
  readonly envoyAdmin?: string;
  readonly nodeId: string;
  readonly nodeCluster: string;
  readonly mode: 'delta' | 'sotw';
  readonly json?: boolean;
}

function bootstrapCommand(context: Context): Command {
  const command = new Command('bootstrap').description('print the bootstrap for an Envoy of your own');
  addOptions(
    command,
    addressOption('xdsListen'),
    addressOption('envoyAdmin'),
    new Option('--node-id <id>', 'name of this Envoy, unique among those of one control plane').default('envoy-1'),
    new Option('--node-cluster <name>', 'group of Envoys that serve the same').default('shadowplane'),
    new Option('--mode <mode>', 'variant of xDS').choices(['delta', 'sotw']).default('delta'),
    jsonOption(),
  ).action(async (options: BootstrapOptions) => {
    const [{ parseAddress }, { buildBootstrap }] = await Promise.all([
      import('../../xds-server/policy/index.ts'),
      import('../../xds-server/resources/index.ts'),
    ]);
    const bootstrap = buildBootstrap({
      xdsAddress: parseAddress(options.xdsListen ?? DEFAULT_ADDRESSES.xdsListen),
      adminAddress: parseAddress(options.envoyAdmin ?? DEFAULT_ADDRESSES.envoyAdmin),
      nodeId: options.nodeId,
      nodeCluster: options.nodeCluster,
      mode: options.mode,
    });
    if (options.json) context.printJson(bootstrap);
    else {
      const { stringify } = await import('yaml');
      context.print(stringify(bootstrap, { aliasDuplicateObjects: false }).trimEnd());
    }
  });
  return addExamples(
    command,
    'envoy bootstrap --xds-listen control-plane.internal:18000 --node-id edge-1 > envoy.yaml',
    'envoy bootstrap --json | jq .admin',
  );
}
