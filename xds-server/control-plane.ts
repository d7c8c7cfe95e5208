import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { ShadowplaneError } from '../errors/index.ts';
import { storeDialect } from '../store/index.ts';
import { AuditLog } from './access/index.ts';
import type { ControlPlane, ControlPlaneOptions } from './control-plane-options.ts';
import { type Policy, PolicyStore, parseAddress, parseListenAddress } from './policy/index.ts';
import { followPolicyFile } from './policy-file-source.ts';
import { PolicyRenderer } from './policy-renderer.ts';
import { Publisher } from './publisher.ts';
import { assertSecretsKnown, missingSecrets, SecretFolder } from './secrets/index.ts';
import { serveApi } from './serve-api.ts';
import { serveXds } from './serve-xds.ts';
import { openAccess } from './server-access.ts';
import { Shutdown } from './shutdown.ts';
import { startWatching, watchGuards } from './watching.ts';
import { SnapshotCache } from './xds/index.ts';

export type { ControlPlane, ControlPlaneOptions };

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
  const { logger, dataDir } = options;
  const access = await openAccess(options, shutdown);
  // Whoever watches may find out something before anybody is served.
  let publisher: Publisher | undefined;
  const again = () => publisher?.again();
  const secrets =
    options.secretsDir === undefined
      ? undefined
      : await openSecrets(options.secretsDir, logger, () => {
          renderer.secretsChanged();
          again();
        });
  if (secrets) shutdown.add(() => secrets.close());
  const renderer = new PolicyRenderer({
    filterWasm: await readFilter(options.filterWasmPath),
    listen: options.listen === undefined ? undefined : parseListenAddress(options.listen),
    captureAddress: options.captureAddress === undefined ? undefined : parseAddress(options.captureAddress),
    captureTls: options.captureTls,
    secrets: (name) => secrets?.material(name),
  });
  const guards = watchGuards(options, again, shutdown);
  const check = (policy: Policy): void => {
    assertSecretsKnown(policy, secrets, store.current.policy);
    renderer.snapshotOf(guards.allowed(policy));
  };
  const dialect = storeDialect(options.storeUrl, dataDir);
  const store = await PolicyStore.open({ directory: dataDir, dialect, validate: check });
  shutdown.add(() => store.close());
  const audit = new AuditLog({
    directory: dataDir,
    onProblem: (err) => logger.error({ err }, 'audit.jsonl cannot be written; nothing else is held up by it'),
  });
  shutdown.add(
    store.onChange(({ revision, actor, changed }) => audit.write({ kind: 'revision', actor, revision, changed })),
  );
  const watching = await startWatching(
    {
      ...options,
      store,
      audit,
      guards,
      secrets,
      onChange: again,
      onRevive: (generations) => {
        renderer.setVmGenerations(generations);
        again();
      },
    },
    shutdown,
  );
  const acknowledged = await store.acknowledged().catch(() => undefined);
  if (options.policyFile !== undefined) {
    const watcher = await followPolicyFile({ file: options.policyFile, store, check, logger });
    shutdown.add(() => watcher.close());
  }
  for (const { path, message } of missingSecrets(store.current.policy, secrets)) {
    logger.error(`Envoys are not served what the policy names; they keep what they have: ${path}: ${message}`);
  }

  const cache = new SnapshotCache();
  const { applied, follow } = watching;
  const serving = new Publisher({ store, renderer, cache, follow, applied, logger });
  shutdown.add(() => serving.close());
  renderer.setVmGenerations(watching.keeper.generations());
  serving.serve(store.current);
  if (acknowledged) serving.knew(acknowledged);
  publisher = serving;
  shutdown.add(store.onChange((stored) => serving.serve(stored)));

  const parts = { access, store, audit, renderer, secrets, cache, publisher: serving, watching };
  const { xds, envoys, address: xdsAddress } = await serveXds(options, parts, shutdown);
  const snapshotOf = (policy: Policy) => {
    check(policy);
    return renderer.snapshotOf(policy);
  };
  const apiAddress = await serveApi(options, { ...parts, xds, envoys, snapshotOf }, shutdown);
  return {
    xdsAddress,
    apiAddress,
    envoys,
    inspect: () => ({
      policy: store.current.policy,
      guards: guards.list(),
      filter: watching.keeper.list(),
      stopped: watching.brakes.stopped(),
    }),
    close: () => shutdown.run(),
  };
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
