import { Command, Option } from 'commander';
import type { BootstrapVariant } from '../../xds-server/resources/index.ts';
import type { Context } from '../context.ts';
import { variantOption } from '../fragment/variant-option.ts';
import { readXdsTls, type XdsTlsOptions, xdsTlsOptions } from '../fragment/xds-tls.ts';
import {
  addExamples,
  addOptions,
  addressOption,
  CAPTURE_TLS_FLAGS,
  DEFAULT_ADDRESSES,
  fileOption,
  jsonOption,
} from '../options.ts';
import { findPolicyFile, readPolicy, readText } from '../policy-file.ts';
import { type CaptureTlsOfEnvoy, readCaptureTlsOfEnvoy } from '../stack/capture-tls.ts';

interface FragmentOptions extends XdsTlsOptions, CaptureTlsOfEnvoy {
  readonly file?: string;
  readonly xdsListen?: string;
  readonly variant: BootstrapVariant;
  readonly captureAddress?: string;
  readonly fetchClusters?: boolean;
  readonly into?: string;
  readonly listener?: string;
  readonly json?: boolean;
}

/** What an Envoy with a listener of its own needs beside what it has. */
export function fragmentCommand(context: Context): Command {
  const command = new Command('fragment').description(
    'print what an Envoy with listener and clusters of its own needs in its bootstrap',
  );
  const { captureEnvoyCert, captureEnvoyKey, captureEnvoyCa, captureServerName } = CAPTURE_TLS_FLAGS;
  addOptions(
    command,
    fileOption('policy that it is for (default: shadowplane.yaml here)'),
    addressOption('xdsListen'),
    variantOption('how it is fetched; streams-* leave your ADS alone', 'streams-delta'),
    ...xdsTlsOptions(),
    new Option(
      '--capture-address <host:port>',
      'where answers are taken, as this Envoy reaches it (default: not compared)',
    ).env('SHADOWPLANE_CAPTURE_ADDRESS'),
    ...[captureEnvoyCert, captureEnvoyKey, captureEnvoyCa, captureServerName].map(({ flag, value, env, meaning }) =>
      new Option(`${flag} <${value}>`, meaning).env(env),
    ),
    new Option(
      '--fetch-clusters',
      'let it fetch the clusters of copies, beside its own, instead of having them in the bootstrap',
    ),
    new Option('--into <bootstrap>', 'print this bootstrap of yours with the fragment in it, comments kept'),
    new Option('--listener <name>', 'with --into: the listener, where several speak HTTP'),
    jsonOption(),
  ).action(async (options: FragmentOptions) => {
    const file = findPolicyFile(options.file);
    command.setOptionValue('file', file);
    const [{ policy }, { parseAddress }, { buildFragment }] = await Promise.all([
      readPolicy(file),
      import('../../xds-server/policy/index.ts'),
      import('../../xds-server/resources/index.ts'),
    ]);
    const xdsAddress = parseAddress(options.xdsListen ?? DEFAULT_ADDRESSES.xdsListen);
    const { captureAddress } = options;
    const { fragment, notes } = buildFragment(policy, {
      xdsAddress,
      tls: readXdsTls(options, xdsAddress.host),
      variant: options.variant,
      fetchClusters: options.fetchClusters,
      ...(captureAddress !== undefined && {
        capture: { address: parseAddress(captureAddress), tls: readCaptureTlsOfEnvoy(options, captureAddress) },
      }),
    });
    if (captureAddress === undefined && !options.fetchClusters) {
      context.note('answers are not compared by this Envoy: --capture-address says where it sends them');
    }
    if (options.into === undefined) {
      if (options.json) return context.printJson(fragment);
      const { annotatedYaml } = await import('../fragment/annotated-yaml.ts');
      return context.print(annotatedYaml(fragment, notes));
    }
    const { intoBootstrap } = await import('../fragment/into-bootstrap.ts');
    const merged = intoBootstrap(readText(options.into), fragment, options.listener);
    for (const hint of merged.hints) context.note(`${options.into}: ${hint}`);
    if (options.json) context.printJson(merged.json);
    else context.print(merged.text.trimEnd());
  });
  return addExamples(
    command,
    'envoy fragment -f shadowplane.yaml --xds-listen control-plane.internal:18000',
    'envoy fragment -f shadowplane.yaml --into envoy.yaml > envoy-mirroring.yaml',
    'envoy fragment -f shadowplane.yaml --fetch-clusters --into envoy.yaml',
    'envoy fragment -f shadowplane.yaml --json | jq .bootstrap.static_resources',
  );
}
