import { Command, Option } from 'commander';
import { locateEnvoy } from '../../envoy/index.ts';
import type { BootstrapVariant } from '../../xds-server/resources/index.ts';
import type { Context } from '../context.ts';
import { variantOption } from '../fragment/variant-option.ts';
import { readXdsTls, type XdsTlsOptions, xdsTlsOptions } from '../fragment/xds-tls.ts';
import { addExamples, addOptions, addressOption, DEFAULT_ADDRESSES, dataDirOption, jsonOption } from '../options.ts';
import { checkCommand } from './envoy-check.ts';
import { fragmentCommand } from './envoy-fragment.ts';

export function envoyCommand(context: Context): Command {
  const envoy = new Command('envoy').description('the Envoy that does the work');
  envoy.addCommand(installCommand(context));
  envoy.addCommand(bootstrapCommand(context));
  envoy.addCommand(fragmentCommand(context));
  envoy.addCommand(checkCommand(context));
  return addExamples(envoy, 'envoy install', 'envoy bootstrap > envoy.yaml', 'envoy fragment --into envoy.yaml');
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

interface BootstrapOptions extends XdsTlsOptions {
  readonly xdsListen?: string;
  readonly envoyAdmin?: string;
  readonly nodeId: string;
  readonly nodeCluster: string;
  readonly variant: BootstrapVariant;
  readonly egress?: string;
  readonly out?: string;
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
    variantOption('all on one stream (ads) or a stream for each type, in either variant of xDS', 'ads-delta'),
    new Option(
      '--egress <service>',
      'for an Envoy beside a shadow: the way out that the policy gives this service, and nothing else',
    ),
    ...xdsTlsOptions(),
    new Option(
      '--out <folder>',
      'write it as envoy.yaml there, beside files by which Envoy follows its own certificate; the same folder on its machine',
    ),
    jsonOption(),
  ).action(async (options: BootstrapOptions) => {
    const [{ parseAddress }, { buildBootstrap }] = await Promise.all([
      import('../../xds-server/policy/index.ts'),
      import('../../xds-server/resources/index.ts'),
    ]);
    const xdsAddress = parseAddress(options.xdsListen ?? DEFAULT_ADDRESSES.xdsListen);
    const settings = {
      xdsAddress,
      tls: readXdsTls(options, xdsAddress.host),
      adminAddress: parseAddress(options.envoyAdmin ?? DEFAULT_ADDRESSES.envoyAdmin),
      nodeId: options.nodeId,
      nodeCluster: options.nodeCluster,
      variant: options.variant,
      egress: options.egress,
    };
    if (options.out !== undefined) {
      const { writeBootstrap } = await import('../fragment/write-bootstrap.ts');
      const files = await writeBootstrap(options.out, settings);
      if (options.json) context.printJson({ files });
      else context.print(...files);
      return;
    }
    if (settings.tls) context.note('Envoy reads its certificate when it starts only; with --out FOLDER it follows it');
    const bootstrap = buildBootstrap(settings);
    if (options.json) context.printJson(bootstrap);
    else {
      const { stringify } = await import('yaml');
      context.print(stringify(bootstrap, { aliasDuplicateObjects: false }).trimEnd());
    }
  });
  return addExamples(
    command,
    'envoy bootstrap --xds-listen control-plane.internal:18000 --node-id edge-1 > envoy.yaml',
    'envoy bootstrap --xds-listen control-plane.internal:18000 --xds-envoy-cert /tls/envoy.pem --xds-envoy-key /tls/envoy.key --xds-envoy-ca /tls/ca.pem --out /etc/envoy',
    'envoy bootstrap --variant streams-delta > envoy.yaml',
    'envoy bootstrap --json | jq .admin',
  );
}
