import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions, Server as TlsServer } from 'node:tls';
import type { FastifyPluginCallback } from 'fastify';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { ShadowplaneError } from '../errors/index.ts';
import { storeDialect } from '../store/index.ts';
import { followTlsFiles, readTlsFiles } from '../tls/index.ts';
import {
  type ApiAccess,
  AuditLog,
  assertSecured,
  openGate,
  parseNodeList,
  refusalOfNode,
  type XdsAccess,
} from './access/index.ts';
import {
  createApi,
  type EnvoyStatusSource,
  type EventSource,
  type OpenApiPart,
  type ResourceVersions,
} from './api/index.ts';
import { addBrakeMetrics, Brakes, brakeOpenApi, brakeRoutes } from './brake/index.ts';
import { addEgressMetrics, EgressBooks, egressOpenApi, egressRoutes } from './egress/index.ts';
import { envoysOf, shortName } from './envoys.ts';
import { EnvoyCounts, Fleet } from './fleet/index.ts';
import { TrafficBooks } from './forecast/index.ts';
import {
  addGuardMetrics,
  GuardProofs,
  type GuardSign,
  type GuardStatus,
  guardOpenApi,
  guardRoutes,
} from './guards/index.ts';
import { KeptStates } from './kept/index.ts';
import {
  formatAddress,
  isLoopbackHost,
  type Policy,
  PolicyStore,
  parseAddress,
  parseListenAddress,
  type StoredPolicy,
} from './policy/index.ts';
import { followPolicyFile } from './policy-file-source.ts';
import { PolicyRenderer } from './policy-renderer.ts';
import { type CaptureTls, type EnvoySetup, setupOf } from './resources/index.ts';
import { RevisionsInUse } from './revisions-in-use.ts';
import {
  assertSecretsKnown,
  missingSecrets,
  SecretFolder,
  secretRoutes,
  secretsBehind,
  secretsOpenApi,
  secretViews,
  withSecretFiles,
} from './secrets/index.ts';
import { ServedGroups, type ServedSnapshots } from './served-groups.ts';
import { Shutdown } from './shutdown.ts';
import { allOf, createStatsService, MAX_REPORT_BYTES, type StatsListener } from './stats/index.ts';
import { addFilterMetrics, filterOpenApi, filterRoutes, type HeardVm, VmKeeper } from './vms/index.ts';
import { waitForApplied } from './wait-for-applied.ts';
import {
  clientStatusService,
  createXdsServer,
  healthService,
  type Peer,
  peerOf,
  ReloadingCredentials,
  reflectionService,
  SECRET,
  type Snapshot,
  SnapshotCache,
  type XdsServer,
} from './xds/index.ts';

export interface ControlPlaneOptions {
  /** Taken over now and whenever it is saved; absent: the policy is what the store holds and the API makes of it. */
  readonly policyFile?: string;
  /** Where the policy is stored; made if it is missing. */
  readonly dataDir: string;
  /** URL of a PostgreSQL database that stores it instead. */
  readonly storeUrl?: string | undefined;
  /** `host:port`; port 0 takes a free one. */
  readonly xdsListen: string;
  /** `host:port`; port 0 takes a free one. */
  readonly apiListen: string;
  /** Who may call the API, and over what; needed beyond loopback. */
  readonly apiAccess?: ApiAccess | undefined;
  /** Which Envoys are served, and over what; needed beyond loopback. */
  readonly xdsAccess?: XdsAccess | undefined;
  /** The compiled filter; with `captureAddress` the module that can capture. */
  readonly filterWasmPath: string;
  /** `host:port` of the comparison layer as Envoys reach it; absent: nothing is captured. */
  readonly captureAddress?: string;
  /** Files on Envoy's machine with which it sends them over mutual TLS. Absent: in plain text. */
  readonly captureTls?: CaptureTls | undefined;
  /** A folder for each secret that policies may name, served by SDS; absent: there are none. */
  readonly secretsDir?: string | undefined;
  readonly logger: Logger;
  /** Further routes below `/api/v1`, of other rooms, and the registry that `/metrics` shows with ours. */
  readonly routes?: readonly FastifyPluginCallback[];
  /** What OpenAPI says of those routes. */
  readonly openApi?: readonly OpenApiPart[];
  readonly registry?: Registry;
  /** Further sources of server-sent events. */
  readonly events?: readonly EventSource[];
  /** A folder with a web page for `/`; absent: there is none. */
  readonly pageFolder?: string;
  /** Told the policy that is served, at the start and on every change. */
  readonly onPolicy?: (policy: Policy) => void;
  /** Told what Envoys count. */
  readonly stats?: StatsListener;
  /** The filter's virtual machines that capture, as far as anybody hears of them. */
  readonly heardVms?: () => readonly HeardVm[];
  /** Given what the filter's keeper has to say to people, once it is there. */
  readonly onFilterNotes?: (notes: () => readonly string[]) => void;
  /** Given who listens to what answers to copies say of the shadow guard; absent: nobody looks at answers. */
  readonly guardSigns?: (listener: (sign: GuardSign) => void) => void;
  /** `host:port` of Envoy's listener; wins over `listen` of the policy. */
  readonly listen?: string;
}

export interface Inspection {
  readonly policy: Policy;
  readonly guards: readonly GuardStatus[];
  readonly filter: ReturnType<VmKeeper['list']>;
  /** Mirrors whose copies the brake has stopped. */
  readonly stopped: readonly string[];
}

export interface ControlPlane {
  /** `host:port` with the port that was taken. */
  readonly xdsAddress: string;
  readonly apiAddress: string;
  readonly envoys: EnvoyStatusSource;
  /** The policy in force, and how guards, the filter and brakes do. */
  inspect(): Inspection;
  /** Envoys keep what they have and go on serving; the store is closed last. */
  close(): Promise<void>;
}

/**
 * The control plane: policy in (file, API), Envoy resources out (xDS). A policy is checked whole before it is stored, so
 * what is stored can be served. When this returns, the policy file has been applied and both servers listen.
 *
 * @throws ShadowplaneError POLICY_INVALID, POLICY_FILE_UNREADABLE, STORE_FAILED, FILTER_NOT_BUILT or PORT_IN_USE; then
 * nothing is left running
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const shutdown = new Shutdown();
  try {
    return await start(options, shutdown);
  } catch (error) {
    // The first error is the one to tell.
    await shutdown.run().catch(() => {});
    throw error;
  }
}

async function start(options: ControlPlaneOptions, shutdown: Shutdown): Promise<ControlPlane> {
  const { logger, apiAccess = {}, xdsAccess = {} } = options;
  const apiListen = parseListenAddress(options.apiListen);
  const xdsListen = parseListenAddress(options.xdsListen);
  assertSecured(
    { host: apiListen.host, access: apiAccess },
    { host: xdsListen.host, access: xdsAccess, secrets: options.secretsDir !== undefined },
  );
  warnOfInsecurity(logger, { ...apiAccess, host: apiListen.host }, { ...xdsAccess, host: xdsListen.host });
  if (options.secretsDir !== undefined && !xdsAccess.tls) {
    logger.warn(
      'whoever may run programs on this machine is served the secrets, too: --xds-tls-cert, or name files of Envoy',
    );
  }
  // Before anything is stored or served: credentials that are of no use end it here.
  const gate = await openGate({
    tokenFile: apiAccess.tokenFile,
    token: apiAccess.token,
    ownToken: apiAccess.ownToken,
    certificates: apiAccess.tls?.clientAuthorityFile !== undefined,
    onProblem: (err) => logger.error({ err }, 'the tokens of the API stay as they were'),
  });
  if (gate) shutdown.add(() => gate.close());
  const apiTls = apiAccess.tls && (await readTlsFiles(apiAccess.tls));
  const credentials = xdsAccess.tls && new ReloadingCredentials(await readTlsFiles(xdsAccess.tls));
  const filterWasm = await readFilter(options.filterWasmPath);
  const listen = options.listen === undefined ? undefined : parseListenAddress(options.listen);
  const captureAddress = options.captureAddress === undefined ? undefined : parseAddress(options.captureAddress);
  let onSecretsChanged = (): void => {};
  const secrets =
    options.secretsDir === undefined
      ? undefined
      : await openSecrets(options.secretsDir, logger, () => onSecretsChanged());
  if (secrets) shutdown.add(() => secrets.close());
  const renderer = new PolicyRenderer({
    filterWasm,
    listen,
    captureAddress,
    captureTls: options.captureTls,
    secrets: (name) => secrets?.material(name),
  });
  const guards = new GuardProofs({ onChange: () => publishAgain() });
  shutdown.add(() => guards.close());
  guards.onEvent((status) => logGuard(logger, status));
  options.guardSigns?.((sign) => guards.see(sign));
  const check = (policy: Policy): void => {
    assertSecretsKnown(policy, secrets, store.current.policy);
    renderer.snapshotOf(guards.allowed(policy));
  };

  const dialect = storeDialect(options.storeUrl, options.dataDir);
  const store = await PolicyStore.open({ directory: options.dataDir, dialect, validate: check });
  shutdown.add(() => store.close());
  const kept = await openKept(options);
  shutdown.add(() => kept.close());
  const brakes = new Brakes({ onChange: () => publishAgain(), kept: kept.of('brakes') });
  shutdown.add(() => brakes.close());
  brakes.onEvent(({ mirror, kind, reason }) => {
    if (kind === 'on') logger.error({ mirror }, `nothing is copied from now on, because of what it costs: ${reason}`);
    else logger.info({ mirror }, `copies are sent again: ${reason}`);
  });
  const audit = new AuditLog({
    directory: options.dataDir,
    onProblem: (err) => logger.error({ err }, 'audit.jsonl cannot be written; nothing else is held up by it'),
  });
  shutdown.add(
    store.onChange(({ revision, actor, changed }) => audit.write({ kind: 'revision', actor, revision, changed })),
  );
  if (options.policyFile !== undefined) {
    const watcher = await followPolicyFile({ file: options.policyFile, store, check, logger });
    shutdown.add(() => watcher.close());
  }

  for (const { path, message } of missingSecrets(store.current.policy, secrets)) {
    logger.error(`Envoys are not served what the policy names; they keep what they have: ${path}: ${message}`);
  }

  const cache = new SnapshotCache();
  const groups = new ServedGroups(cache, (policy, setup) => renderer.snapshotOf(policy, setup));
  const inUse = new RevisionsInUse({
    // What is not noted now is noted with the next news of an Envoy; until then the history knows less.
    onSettled: (revision) => void store.acknowledge(revision).catch((err) => logger.debug({ err }, 'not noted')),
  });
  shutdown.add(() => inUse.close());
  const keeper = new VmKeeper({
    heard: options.heardVms,
    kept: kept.of('filter'),
    onRevive: (generations) => {
      renderer.setVmGenerations(generations);
      publishAgain();
    },
  });
  const publish = ({ revision, policy }: StoredPolicy): void => {
    groups.serve(brakes.applied(guards.allowed(policy)), (snapshots, set) => inUse.serve(revision, snapshots, set));
  };
  /** What is behind it comes from timers, files and Envoys: nobody is there to be refused. */
  const publishAgain = (): void => {
    try {
      publish(store.current);
    } catch (err) {
      logger.error({ err }, 'what Envoys are served stays as it was');
    }
  };
  /** The newest revision with which other SDS resources are served than before it. */
  let changedSecrets = 0;
  const serve = (stored: StoredPolicy): void => {
    const reachable = withSecretFiles(stored.policy, options.secretsDir);
    options.onPolicy?.(reachable);
    guards.follow(stored.policy, reachable);
    brakes.follow(stored.policy);
    keeper.follow(stored.policy);
    const before = secretVersions(groups.snapshots);
    publish(stored);
    if (secretVersions(groups.snapshots) !== before) changedSecrets = stored.revision;
  };
  renderer.setVmGenerations(keeper.generations());
  serve(store.current);
  shutdown.add(store.onChange(serve));
  onSecretsChanged = () => {
    renderer.secretsChanged();
    publishAgain();
  };

  shutdown.add(() => keeper.close());
  keeper.onEvent(({ kind, role, nodes, reason }) =>
    logger[kind === 'revived' ? 'info' : 'error']({ role, nodes }, `the filter ${kind}: ${reason}`),
  );
  const registry = options.registry ?? new Registry();
  addFilterMetrics(registry, keeper);
  addGuardMetrics(registry, guards);
  addBrakeMetrics(registry, brakes);
  const egress = new EgressBooks();
  const waysOut = () => egress.list(store.current.policy);
  addEgressMetrics(registry, waysOut);
  options.onFilterNotes?.(() => [...keeper.notes(), ...brakes.notes()]);

  const counts = new EnvoyCounts();
  const traffic = new TrafficBooks(() => store.current.policy);
  const fleet = new Fleet({ counts, policy: () => store.current.policy });
  const nodes = xdsAccess.nodes && parseNodeList(xdsAccess.nodes);
  const refusalOf = (node: string, { names }: Peer, setup?: EnvoySetup): string | undefined =>
    nodes && refusalOfNode(nodes, node, names, setup);
  const xds = createXdsServer({
    cache,
    groupOf: (node) => groups.groupOf(node),
    maxRequestBytes: MAX_REPORT_BYTES,
    services: [
      createStatsService(
        allOf([counts, keeper, brakes, egress, traffic, ...(options.stats ? [options.stats] : [])]),
        (node, call) => refusalOf(node, peerOf(call)),
      ),
      healthService(),
      reflectionService(),
      // Where only listed nodes are served, who names no node does not read what they have.
      ...(nodes === undefined ? [clientStatusService] : []),
    ],
    refusalOf: ({ id, metadata }, peer) => refusalOf(id, peer, setupOf(metadata)),
    ...(credentials && { credentials }),
  });
  if (xdsAccess.tls && credentials) {
    shutdown.add(followTlsFiles(xdsAccess.tls, (context) => credentials.reload(context), staysAsItWas(logger, 'xDS')));
  }
  inUse.follow(xds);
  xds.on('disconnect', ({ group }) => {
    const setup = xds.clients().some((client) => client.group === group) ? undefined : groups.left(group);
    if (setup) renderer.forget(setup);
  });
  xds.on('nack', ({ node, typeUrl, message }) => {
    if (typeUrl === SECRET) secrets?.takeBack(secretsBehind(store.current.policy, refusedSecrets(xds, node)), message);
  });
  fleet.follow(xds);
  const envoys = envoysOf(
    xds,
    (client) => ({ ...inUse.of(client), ...fleet.of(client) }),
    () => fleet.gone(),
  );
  shutdown.add(auditRefusedNodes(envoys, audit));
  shutdown.add(logEnvoys(envoys, logger));
  const xdsAddress = await listenXds(xds, options.xdsListen);
  shutdown.add(() => xds.close());

  const { host, port } = apiListen;
  const api = createApi({
    gate,
    audit,
    hosts: apiAccess.hosts,
    tls: apiTls,
    store,
    envoys,
    // Of a revision that is not the newest it is not known any more.
    waitForApplied: waitForApplied(
      xds,
      groups,
      (revision) => revision === changedSecrets || revision !== store.current.revision,
    ),
    resourcesOf: (policy) => {
      check(policy);
      return versionsOf(renderer.snapshotOf(policy));
    },
    forecastOf: (policy) => traffic.foresee(policy),
    host,
    routes: [
      filterRoutes(keeper),
      brakeRoutes(brakes),
      secretRoutes(() => secretViews(store.current.policy, secrets)),
      guardRoutes(guards),
      egressRoutes(waysOut),
      ...(options.routes ?? []),
    ],
    openApi: [filterOpenApi, brakeOpenApi, secretsOpenApi, guardOpenApi, egressOpenApi, ...(options.openApi ?? [])],
    registry,
    events: [
      { onEvent: (tell) => keeper.onEvent((event) => tell('filter', event)) },
      { onEvent: (tell) => brakes.onEvent((event) => tell('brake', event)) },
      { onEvent: (tell) => guards.onEvent((status) => tell('guard', status)) },
      ...(options.events ?? []),
    ],
    ...(options.pageFolder !== undefined && { pageFolder: options.pageFolder }),
    onUnexpectedError: (err) => logger.error({ err }, 'a request failed in a way nobody foresaw'),
  });
  shutdown.add(() => api.close());
  if (apiAccess.tls) {
    const { server } = api as { server: unknown };
    const use = (context: SecureContextOptions) => (server as TlsServer).setSecureContext(context);
    shutdown.add(followTlsFiles(apiAccess.tls, use, staysAsItWas(logger, 'the API')));
  }
  await listening(options.apiListen, api.listen({ host, port }));
  return {
    xdsAddress,
    apiAddress: formatAddress({ host, port: (api.server.address() as AddressInfo).port }),
    envoys,
    inspect: () => ({
      policy: store.current.policy,
      guards: guards.list(),
      filter: keeper.list(),
      stopped: brakes.stopped(),
    }),
    close: () => shutdown.run(),
  };
}

/** The SDS resources that this node has refused as they are served now. */
function refusedSecrets(xds: XdsServer, node: string): ReadonlySet<string> {
  const resources = xds.holdings().flatMap((client) => (client.node.id === node ? client.resources : []));
  const isRefused = ({ typeUrl, state, current }: (typeof resources)[number]) =>
    typeUrl === SECRET && state === 'rejected' && current;
  return new Set(resources.filter(isRefused).map(({ name }) => name));
}

function secretVersions(snapshots: ServedSnapshots): string {
  return JSON.stringify([...snapshots].map(([group, { types }]) => [group, types.get(SECRET)?.version]));
}

function versionsOf({ types }: Snapshot): ResourceVersions {
  return new Map(
    [...types].map(([typeUrl, { resources }]) => [
      shortName(typeUrl),
      new Map([...resources].map(([name, { version }]) => [name, version])),
    ]),
  );
}

function openKept({ storeUrl, dataDir, logger }: ControlPlaneOptions): Promise<KeptStates> {
  return KeptStates.open({
    dialect: storeDialect(storeUrl, dataDir, { file: 'kept.db' }),
    onFailing: (err) => {
      if (err === undefined) logger.info('what brake and filter decide is stored again');
      else logger.error({ err }, 'what brake and filter decide is not stored, and would be forgotten in a restart');
    },
  });
}

function openSecrets(directory: string, logger: Logger, onChange: () => void): Promise<SecretFolder> {
  return SecretFolder.open({
    directory,
    onChange: (names) => {
      logger.info({ secrets: names }, 'secrets have changed');
      onChange();
    },
    onProblem: (secret, problem) => logger.error({ secret }, `a secret stays as it was: ${problem}`),
  });
}

async function readFilter(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ShadowplaneError('FILTER_NOT_BUILT', `The filter cannot be read: ${(cause as Error).message}`, { cause });
  }
}

async function listenXds(xds: XdsServer, address: string): Promise<string> {
  const { host } = parseListenAddress(address);
  const { port } = await listening(address, xds.listen(address));
  return formatAddress({ host, port });
}

async function listening<T>(address: string, attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ShadowplaneError('PORT_IN_USE', `Cannot listen on ${address}: ${reason}`, { cause });
  }
}

function staysAsItWas(logger: Logger, whose: string): (err: Error) => void {
  return (err) => logger.error({ err }, `the certificate of ${whose} stays as it was`);
}

/** What was asked for, and is not to be forgotten. */
function warnOfInsecurity(
  logger: Logger,
  api: ApiAccess & { readonly host: string },
  xds: XdsAccess & { readonly host: string },
): void {
  const isGuarded =
    api.tokenFile !== undefined || api.token !== undefined || api.tls?.clientAuthorityFile !== undefined;
  if (!isLoopbackHost(api.host)) {
    if (!isGuarded)
      logger.warn('ANYBODY who reaches the API may change mirrors and read captured answers: --api-insecure');
    else if (!api.tls) logger.warn('tokens of the API travel in plain text: end TLS in front of it, or --api-tls-cert');
  }
  if (!isLoopbackHost(xds.host) && !xds.tls) {
    logger.warn('ANYBODY who reaches xDS is served configuration, in plain text: --xds-insecure');
  }
}

function logGuard(logger: Logger, { service, role, mirrors, state, mode, reason }: GuardStatus): void {
  const about = { service, role, mirrors };
  if (state === 'proven')
    logger.info({ ...about, mode }, 'the shadow guard is proven: unsafe requests are copied to it');
  else if (state === 'trusted') {
    logger.warn(about, 'UNSAFE REQUESTS ARE COPIED TO IT WITHOUT ANY PROOF OF A SHADOW GUARD: sideEffects: trusted');
  } else logger.warn(about, `no unsafe request is copied: ${service} ${reason}`);
}

/** An Envoy that is refused tries again and again; one line for each name and address says it. */
function auditRefusedNodes(envoys: EnvoyStatusSource, audit: AuditLog): () => void {
  const told = new Set<string>();
  return envoys.onEvent(({ kind, node, message, from = '' }) => {
    if (kind !== 'refused') return;
    const key = JSON.stringify([node, from.replace(/:\d+$/, '')]);
    if (told.has(key)) return;
    if (told.size >= MAX_TOLD) told.clear();
    told.add(key);
    audit.write({ kind: 'node-refused', actor: node, from, reason: message });
  });
}

const MAX_TOLD = 1_000;

function logEnvoys(envoys: EnvoyStatusSource, logger: Logger): () => void {
  return envoys.onEvent(({ kind, node, type, version, message, from }) => {
    if (kind === 'rejected') logger.error({ node, type, version }, `Envoy rejected the change: ${message}`);
    else if (kind === 'refused') logger.warn({ node, from }, `Envoy refused: ${message}`);
    else if (kind === 'acked') logger.debug({ node, type, version }, 'Envoy acknowledged');
    else logger.info({ node }, `Envoy ${kind}`);
  });
}
