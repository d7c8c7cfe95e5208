import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LogLevel } from '../context.ts';
import {
  type AddressName,
  accessOptions,
  addOptions,
  addressOption,
  captureOptions,
  compareOptions,
  DEFAULT_ADDRESSES,
  dataDirOption,
  jsonOption,
  logLevelOption,
  secretsOption,
} from '../options.ts';
import type { HostPort } from './ports.ts';

/** What `up`, `serve` and `demo` have in common on their command lines. */
export interface RunOptions {
  readonly envoyListen?: string;
  readonly envoyAdmin?: string;
  readonly xdsListen?: string;
  readonly apiListen?: string;
  /** False with `--no-compare`. */
  readonly compare: boolean;
  readonly captureListen?: string;
  readonly captureAddress?: string;
  readonly captureInsecure?: boolean;
  readonly captureTlsCert?: string;
  readonly captureTlsKey?: string;
  readonly captureClientCa?: string;
  readonly captureEnvoyCert?: string;
  readonly captureEnvoyKey?: string;
  readonly captureEnvoyCa?: string;
  readonly captureServerName?: string;
  readonly apiTokenFile?: string;
  readonly apiHosts?: readonly string[];
  readonly apiInsecure?: boolean;
  readonly xdsNodes?: readonly string[];
  readonly xdsInsecure?: boolean;
  readonly secrets?: string;
  readonly dataDir?: string;
  readonly logLevel: LogLevel;
  readonly json?: boolean;
}

export interface TlsOptions {
  readonly apiTlsCert?: string;
  readonly apiTlsKey?: string;
  readonly apiClientCa?: string;
  readonly xdsTlsCert?: string;
  readonly xdsTlsKey?: string;
  readonly xdsClientCa?: string;
}

export interface EnvoyRunOptions extends RunOptions {
  readonly envoyConcurrency: number;
}

export function addRunOptions(command: Command): Command {
  return addOptions(addDemoOptions(command), secretsOption(), ...captureOptions());
}

/** A demo has its own services and its own Envoy, on this machine. */
export function addDemoOptions(command: Command): Command {
  return addOptions(
    command,
    addressOption('xdsListen'),
    addressOption('apiListen'),
    ...accessOptions(),
    ...compareOptions(),
    dataDirOption(),
    logLevelOption(),
    jsonOption(),
  );
}

export function addEnvoyOptions(command: Command): Command {
  const concurrency = new Option('--envoy-concurrency <threads>', 'worker threads of Envoy')
    .env('SHADOWPLANE_ENVOY_CONCURRENCY')
    .default(availableParallelism(), 'one per CPU')
    .argParser((text) => {
      const threads = Number(text);
      if (Number.isInteger(threads) && threads >= 1 && threads <= 1_024) return threads;
      throw new InvalidArgumentError('It must be a whole number from 1 to 1024.');
    });
  return addOptions(command, addressOption('envoyListen'), addressOption('envoyAdmin'), concurrency);
}

/** The store belongs to one configuration, so it lives beside it unless told otherwise. */
export function dataDirFor(options: RunOptions, policyFile: string | undefined): string {
  return resolve(options.dataDir ?? join(policyFile ? dirname(policyFile) : '.', '.shadowplane'));
}

/** The address a flag, its environment variable or its default names. @throws ShadowplaneError USAGE naming the flag. */
export async function readAddress(options: RunOptions, name: AddressName): Promise<HostPort> {
  const { parseAddress } = await import('../../xds-server/policy/index.ts');
  return parseAddress(options[name] ?? DEFAULT_ADDRESSES[name], 0);
}
