import { type Command, Option } from 'commander';
import { ShadowplaneError } from '../errors/index.ts';
import type { LogLevel } from './context.ts';

/**
 * Options that several commands share, each with its environment variable and default, so that they read the same
 * everywhere. A flag wins over the environment, the environment over the default.
 */

const DEFAULT_API = 'http://127.0.0.1:8790';

export function jsonOption(): Option {
  return new Option('--json', 'print JSON for programs');
}

export function apiOptions(): Option[] {
  return [
    new Option('--api <url>', 'control plane to talk to').env('SHADOWPLANE_API').default(DEFAULT_API),
    apiTokenFileOption('file with the token to send (the token itself: SHADOWPLANE_API_TOKEN)'),
    new Option('--cert <file>', 'certificate to show an API that asks for one (PEM)').env('SHADOWPLANE_CERT'),
    new Option('--key <file>', 'its private key').env('SHADOWPLANE_KEY'),
    new Option('--ca <file>', "authority of the API's own certificate (default: what Node trusts)").env(
      'SHADOWPLANE_CA',
    ),
  ];
}

function apiTokenFileOption(description: string): Option {
  return new Option('--api-token-file <path>', description).env('SHADOWPLANE_API_TOKEN_FILE');
}

/** Certificates and keys that Envoys are served by SDS. */
export function secretsOption(): Option {
  return new Option(
    '--secrets <folder>',
    'folder with a folder for each secret (tls.crt and tls.key, ca.crt) that the configuration names; read again when they change',
  ).env('SHADOWPLANE_SECRETS');
}

/** Who may call the API and which Envoys are served. */
export function accessOptions(): Option[] {
  return [
    apiTokenFileOption('tokens of the API, a line each: NAME ROLE TOKEN, the role read or change'),
    new Option('--api-hosts <names>', 'names the API is reached under beyond loopback, with commas between')
      .env('SHADOWPLANE_API_HOSTS')
      .argParser(commaList),
    new Option(
      '--api-insecure',
      'let anybody who reaches it call the API, beyond loopback too, in a network that is private to who may',
    ).env('SHADOWPLANE_API_INSECURE'),
    new Option('--xds-nodes <patterns>', 'node ids that are served, * for any characters, with commas between')
      .env('SHADOWPLANE_XDS_NODES')
      .argParser(commaList),
    new Option(
      '--xds-insecure',
      'serve xDS in plain text beyond loopback, in a network that is private to Envoys and control plane',
    ).env('SHADOWPLANE_XDS_INSECURE'),
  ];
}

/** Certificates of the listeners that serve others than this machine. PEM files, read again when they change. */
export function tlsOptions(): Option[] {
  return [
    new Option('--api-tls-cert <file>', 'certificate of the API').env('SHADOWPLANE_API_TLS_CERT'),
    new Option('--api-tls-key <file>', 'its private key').env('SHADOWPLANE_API_TLS_KEY'),
    new Option('--api-client-ca <file>', 'authority of client certificates, which count as tokens do').env(
      'SHADOWPLANE_API_CLIENT_CA',
    ),
    new Option('--xds-tls-cert <file>', 'certificate of xDS').env('SHADOWPLANE_XDS_TLS_CERT'),
    new Option('--xds-tls-key <file>', 'its private key').env('SHADOWPLANE_XDS_TLS_KEY'),
    new Option('--xds-client-ca <file>', "authority that has to have signed Envoys' certificates").env(
      'SHADOWPLANE_XDS_CLIENT_CA',
    ),
  ];
}

function commaList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function logLevelOption(): Option {
  return new Option('--log-level <level>', 'how much to tell; debug shows where errors come from')
    .choices(['error', 'warn', 'info', 'debug'] satisfies LogLevel[])
    .env('SHADOWPLANE_LOG_LEVEL')
    .default('info');
}

export function waitOption(): Option {
  return new Option('--wait <duration>', 'wait until every connected Envoy has it, at most this long').argParser(
    (text) => {
      if (/^\d+(\.\d+)?(ms|s|m)$/.test(text)) return text;
      throw new ShadowplaneError('USAGE', `--wait ${text}: write a duration such as 5s or 500ms`);
    },
  );
}

export function ifRevisionOption(): Option {
  return new Option('--if-revision <number>', 'refuse unless this is still the current revision').argParser((text) => {
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw new ShadowplaneError('USAGE', `--if-revision ${text}: write a revision such as 7`);
  });
}

export function fileOption(description: string): Option {
  return new Option('-f, --file <path>', description);
}

export function dataDirOption(): Option {
  return new Option(
    '--data-dir <path>',
    'where the store is kept (default: .shadowplane beside the configuration file)',
  ).env('SHADOWPLANE_DATA_DIR');
}

/** The environment is the better place: a command line can be read by other users of the machine. */
export function storeOption(): Option {
  return new Option(
    '--store <url>',
    'keep policy, counts and samples in PostgreSQL, postgres://user:password@host/database (default: files in the data directory)',
  ).env('SHADOWPLANE_STORE');
}

export const DEFAULT_ADDRESSES = {
  envoyListen: '127.0.0.1:10000',
  envoyAdmin: '127.0.0.1:9901',
  xdsListen: '127.0.0.1:18000',
  apiListen: '127.0.0.1:8790',
  captureListen: '127.0.0.1:18001',
} as const;

export type AddressName = keyof typeof DEFAULT_ADDRESSES;

export const ADDRESS_FLAGS: Readonly<Record<AddressName, string>> = {
  envoyListen: '--envoy-listen',
  envoyAdmin: '--envoy-admin',
  xdsListen: '--xds-listen',
  apiListen: '--api-listen',
  captureListen: '--capture-listen',
};

const ADDRESS_MEANING: Readonly<Record<AddressName, string>> = {
  envoyListen: 'where Envoy takes requests; wins over "listen" of the file',
  envoyAdmin: 'admin interface of Envoy',
  xdsListen: 'where Envoys fetch their configuration (gRPC)',
  apiListen: 'HTTP API',
  captureListen: 'where captured answers are taken, to be compared',
};

/** No commander default: the commands need to know whether an address was asked for. */
export function addressOption(name: AddressName): Option {
  const env = `SHADOWPLANE_${ADDRESS_FLAGS[name].slice(2).replaceAll('-', '_').toUpperCase()}`;
  const description = `${ADDRESS_MEANING[name]} (default: ${DEFAULT_ADDRESSES[name]})`;
  return new Option(`${ADDRESS_FLAGS[name]} <host:port>`, description).env(env);
}

/** Everything that says whether and how answers are compared. */
export function compareOptions(): Option[] {
  return [
    new Option('--no-compare', 'mirror only: capture and compare no answers').env('SHADOWPLANE_NO_COMPARE'),
    addressOption('captureListen'),
  ];
}

/** For Envoys on other machines. */
export function captureOptions(): Option[] {
  return [
    new Option(
      '--capture-address <host:port>',
      'the same as Envoys reach it, where they know it by another name (default: where it listens)',
    ).env('SHADOWPLANE_CAPTURE_ADDRESS'),
    new Option(
      '--capture-insecure',
      'take captured answers in plain text beyond loopback, in a network that is private to Envoy and control plane',
    ).env('SHADOWPLANE_CAPTURE_INSECURE'),
    ...Object.values(CAPTURE_TLS_FLAGS).map(({ flag, value, env, meaning }) =>
      new Option(`${flag} <${value}>`, meaning).env(env),
    ),
  ];
}

/** Mutual TLS for captured answers; all of them, or none. */
export const CAPTURE_TLS_FLAGS = {
  captureTlsCert: {
    flag: '--capture-tls-cert',
    value: 'file',
    env: 'SHADOWPLANE_CAPTURE_TLS_CERT',
    meaning: 'certificate shown to Envoys that send captured answers (PEM; read again when it changes)',
  },
  captureTlsKey: {
    flag: '--capture-tls-key',
    value: 'file',
    env: 'SHADOWPLANE_CAPTURE_TLS_KEY',
    meaning: 'its private key',
  },
  captureClientCa: {
    flag: '--capture-client-ca',
    value: 'file',
    env: 'SHADOWPLANE_CAPTURE_CLIENT_CA',
    meaning: 'authority that has to have signed the certificates of those Envoys',
  },
  captureEnvoyCert: {
    flag: '--capture-envoy-cert',
    value: 'file',
    env: 'SHADOWPLANE_CAPTURE_ENVOY_CERT',
    meaning: "certificate that Envoy shows in turn; a path on Envoy's machine, as the next two",
  },
  captureEnvoyKey: {
    flag: '--capture-envoy-key',
    value: 'file',
    env: 'SHADOWPLANE_CAPTURE_ENVOY_KEY',
    meaning: 'its private key',
  },
  captureEnvoyCa: {
    flag: '--capture-envoy-ca',
    value: 'file',
    env: 'SHADOWPLANE_CAPTURE_ENVOY_CA',
    meaning: 'authority of the certificate shown to Envoys',
  },
  captureServerName: {
    flag: '--capture-server-name',
    value: 'name',
    env: 'SHADOWPLANE_CAPTURE_SERVER_NAME',
    meaning: 'DNS name in that certificate (default: the host of --capture-address)',
  },
} as const;

export function addOptions(command: Command, ...options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}

/** An example at the end of `--help`. */
export function addExamples(command: Command, ...examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ shadowplane ${line}`).join('\n')}`);
}
