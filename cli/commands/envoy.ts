import { isIP } from 'node:net';
import { Command, Option } from 'commander';
import { locateEnvoy } from '../../envoy/index.ts';
import { ShadowplaneError } from '../../errors/index.ts';
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
  readonly xdsEnvoyCert?: string;
  readonly xdsEnvoyKey?: string;
  readonly xdsEnvoyCa?: string;
  readonly xdsServerName?: string;
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
    ...Object.entries(TLS_FLAGS).map(([flag, description]) => new Option(flag, description)),
    jsonOption(),
  ).action(async (options: BootstrapOptions) => {
    const [{ parseAddress }, { buildBootstrap }] = await Promise.all([
      import('../../xds-server/policy/index.ts'),
      import('../../xds-server/resources/index.ts'),
    ]);
    const xdsAddress = parseAddress(options.xdsListen ?? DEFAULT_ADDRESSES.xdsListen);
    const bootstrap = buildBootstrap({
      xdsAddress,
      tls: readTls(options, xdsAddress.host),
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
    'envoy bootstrap --xds-listen control-plane.internal:18000 --xds-envoy-cert /tls/envoy.pem --xds-envoy-key /tls/envoy.key --xds-envoy-ca /tls/ca.pem',
    'envoy bootstrap --json | jq .admin',
  );
}

const TLS_FLAGS = {
  '--xds-envoy-cert <file>': "mutual TLS: certificate that Envoy shows; a path on Envoy's machine, as the next two",
  '--xds-envoy-key <file>': 'its private key',
  '--xds-envoy-ca <file>': "authority of the control plane's certificate",
  '--xds-server-name <name>': 'DNS name in that certificate (default: the host of --xds-listen)',
};

/** @throws ShadowplaneError USAGE naming the flags that are missing */
function readTls(options: BootstrapOptions, host: string) {
  const { xdsEnvoyCert, xdsEnvoyKey, xdsEnvoyCa, xdsServerName } = options;
  if ([xdsEnvoyCert, xdsEnvoyKey, xdsEnvoyCa, xdsServerName].every((value) => value === undefined)) return undefined;
  const serverName = xdsServerName ?? (isIP(host) === 0 ? host : undefined);
  if (xdsEnvoyCert === undefined || xdsEnvoyKey === undefined || xdsEnvoyCa === undefined || serverName === undefined) {
    throw new ShadowplaneError(
      'USAGE',
      'mutual TLS needs --xds-envoy-cert, --xds-envoy-key, --xds-envoy-ca and, where --xds-listen has an IP address, --xds-server-name',
    );
  }
  return { certificateFile: xdsEnvoyCert, privateKeyFile: xdsEnvoyKey, caFile: xdsEnvoyCa, serverName };
}
