import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { FastifyPluginCallback } from 'fastify';
import type { Registry } from 'prom-client';
import { steadyMs } from '../clock/index.ts';
import { ShadowplaneError } from '../errors/index.ts';
import { storeDialect } from '../store/index.ts';
import type { AuditLog } from './access/index.ts';
import type { EventSource, OpenApiPart } from './api/index.ts';
import { addBrakeMetrics, Brakes, brakeOpenApi, brakeRoutes } from './brake/index.ts';
import { logBrakes, logGuard, logKeeper, logRollouts } from './control-plane-log.ts';
import type { ControlPlaneOptions } from './control-plane-options.ts';
import { addEgressMetrics, EgressBooks, egressOpenApi, egressRoutes } from './egress/index.ts';
import { TrafficBooks } from './forecast/index.ts';
import { addGuardMetrics, GuardProofs, guardOpenApi, guardRoutes } from './guards/index.ts';
import { KeptStates } from './kept/index.ts';
import type { Policy, PolicyStore, StoredPolicy } from './policy/index.ts';
import { candidateCluster, clusterOnceFinished, type VmGenerations } from './resources/index.ts';
import {
  addRolloutMetrics,
  Delivery,
  finished,
  RolloutStore,
  Rollouts,
  rolloutOpenApi,
  Silence,
  type Unfit,
  UsersBySide,
} from './rollouts/index.ts';
import { type SecretFolder, secretRoutes, secretsOpenApi, secretViews, withSecretFiles } from './secrets/index.ts';
import type { Shutdown } from './shutdown.ts';
import type { StatsListener } from './stats/index.ts';
import { addFilterMetrics, filterOpenApi, filterRoutes, VmKeeper } from './vms/index.ts';

/** What watches services, Envoys and users, and what follows from it for what Envoys may have. */
export interface Watching {
  readonly guards: GuardProofs;
  readonly brakes: Brakes;
  readonly keeper: VmKeeper;
  readonly rollouts: Rollouts;
  /** What outlives this process. */
  readonly kept: KeptStates;
  /** What Envoys were sent lately. */
  readonly traffic: TrafficBooks;
  /** To be told of the Envoys that connect. */
  readonly delivery: Delivery;
  /** To be told what Envoys count. */
  readonly stats: readonly StatsListener[];
  /** The policy that is in force from now on; to be called before it is published. */
  follow(stored: StoredPolicy): void;
  /** What Envoys may have of it now. */
  applied(policy: Policy): Policy;
  readonly routes: readonly FastifyPluginCallback[];
  readonly openApi: readonly OpenApiPart[];
  readonly events: readonly EventSource[];
  addMetrics(registry: Registry): void;
}

export interface WatchingOptions extends ControlPlaneOptions {
  readonly store: PolicyStore;
  readonly audit: AuditLog;
  readonly guards: GuardProofs;
  readonly secrets: SecretFolder | undefined;
  /** What `applied` gives has changed. */
  readonly onChange: () => void;
  readonly onRevive: (generations: VmGenerations) => void;
}

/** @throws ShadowplaneError STORE_FAILED */
export async function startWatching(options: WatchingOptions, shutdown: Shutdown): Promise<Watching> {
  const { store, audit, guards, secrets, logger, onChange, onRevive } = options;
  const kept = await openKept(options);
  shutdown.add(() => kept.close());
  const brakes = new Brakes({ onChange, kept: kept.of('brakes') });
  shutdown.add(() => brakes.close());
  logBrakes(brakes, logger);
  const keeper = new VmKeeper({ heard: options.heardVms, kept: kept.of('filter'), onRevive });
  shutdown.add(() => keeper.close());
  logKeeper(keeper, logger);
  const egress = new EgressBooks();
  const waysOut = () => egress.list(store.current.policy);
  const traffic = new TrafficBooks(() => store.current.policy);
  const users = new UsersBySide({ sinceMs: steadyMs() });
  const silence = new Silence();
  const delivery = new Delivery();
  const rollouts = await openRollouts(options, { users, silence, delivery, brakes });
  shutdown.add(() => rollouts.close());
  logRollouts(rollouts, audit, logger);
  options.onFilterNotes?.(() => [...keeper.notes(), ...brakes.notes()]);
  return {
    guards,
    brakes,
    keeper,
    rollouts,
    kept,
    traffic,
    delivery,
    stats: [keeper, brakes, egress, traffic, users, silence],
    follow: ({ policy }) => {
      const reachable = withSecretFiles(policy, options.secretsDir);
      options.onPolicy?.(reachable);
      guards.follow(policy, reachable);
      brakes.follow(policy);
      keeper.follow(policy);
      const mirrors = new Set(policy.mirrors.map(({ name }) => name));
      users.follow(policy.mirrors);
      silence.keep(mirrors);
      rollouts.follow(policy);
    },
    applied: (policy) => rollouts.applied(brakes.applied(guards.allowed(policy))),
    routes: [
      filterRoutes(keeper),
      brakeRoutes(brakes),
      secretRoutes(() => secretViews(store.current.policy, secrets)),
      guardRoutes(guards),
      egressRoutes(waysOut),
    ],
    openApi: [filterOpenApi, brakeOpenApi, secretsOpenApi, guardOpenApi, egressOpenApi, rolloutOpenApi],
    events: [
      { onEvent: (tell) => keeper.onEvent((event) => tell('filter', event)) },
      { onEvent: (tell) => brakes.onEvent((event) => tell('brake', event)) },
      { onEvent: (tell) => guards.onEvent((status) => tell('guard', status)) },
      { onEvent: (tell) => rollouts.onEvent((news) => tell('rollout', news)) },
    ],
    addMetrics: (registry) => {
      addFilterMetrics(registry, keeper);
      addGuardMetrics(registry, guards);
      addBrakeMetrics(registry, brakes);
      addEgressMetrics(registry, waysOut);
      addRolloutMetrics(registry, rollouts);
    },
  };
}

/** Services are asked from the first policy on, and what they have not proven is checked with every write. */
export function watchGuards(
  { logger, guardSigns }: Pick<ControlPlaneOptions, 'logger' | 'guardSigns'>,
  onChange: () => void,
  shutdown: Shutdown,
): GuardProofs {
  const guards = new GuardProofs({ onChange });
  shutdown.add(() => guards.close());
  guards.onEvent((status) => logGuard(logger, status));
  guardSigns?.((sign) => guards.see(sign));
  return guards;
}

interface AskedByRollouts {
  readonly users: UsersBySide;
  readonly silence: Silence;
  readonly delivery: Delivery;
  readonly brakes: Brakes;
}

async function openRollouts(options: WatchingOptions, asked: AskedByRollouts): Promise<Rollouts> {
  const { users, silence, delivery, brakes } = asked;
  const { store, storeUrl, dataDir, logger, guards, onChange, evidenceOf = async () => undefined } = options;
  const rolloutStore = await RolloutStore.open(storeDialect(storeUrl, dataDir, { file: 'rollout.db' }));
  try {
    return await Rollouts.open({
      store: rolloutStore,
      shared: storeUrl !== undefined,
      me: nameOfReplica(dataDir),
      onChange,
      source: {
        evidenceOf,
        usersOf: (mirror) => users.of(mirror),
        goOnFrom: (mirror, counted) => users.goOnFrom(mirror, counted),
      },
      delivery: () => delivery.report(),
      finish: async (mirror, run) => {
        const placed = store.current.policy.mirrors.find(({ name }) => name === mirror);
        const lack = placed && delivery.without(clusterOnceFinished(placed), placed.shadow);
        if (lack) throw new ShadowplaneError('ROLLOUT_REFUSED', lack.why);
        const note = `rollout of ${mirror} finished`;
        await store.write('rollout', (document) => finished(document, mirror, run), { note });
      },
      withoutCopies: (mirror) =>
        brakes.stopped().includes(mirror) ? `the brake is on, ${brakes.of(mirror)?.reason}` : undefined,
      unfitForUsers: (mirror) => {
        const watched = mirror.rollout?.gates.errors !== undefined;
        return (
          forgetful(guards, mirror.shadow) ??
          (watched ? silence.of(mirror.name, mirror.shadow, steadyMs()) : undefined) ??
          delivery.without(candidateCluster(mirror), mirror.shadow) ??
          (watched ? delivery.silent((node, nowMs) => users.tells(node, nowMs)) : undefined)
        );
      },
      onProblem: (mirror, err) => logger.error({ err, mirror }, 'nothing of this rollout moves forward'),
    });
  } catch (error) {
    await rolloutStore.close();
    throw error;
  }
}

/** A process that is a shadow as a whole keeps nothing of what users tell it. */
function forgetful(guards: GuardProofs, service: string): Unfit | undefined {
  if (!guards.takesUsersForCopies(service)) return undefined;
  const why = `${service} treats every request as a copy (SHADOW_MODE=true), users' too, and would keep nothing of theirs; start it without, so that its guard goes by the markers`;
  return { why, isSure: true };
}

/** The same after a restart, and another for each data directory of a machine. */
function nameOfReplica(dataDir: string): string {
  return `${hostname()}-${createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 6)}`;
}

function openKept({ storeUrl, dataDir, logger }: ControlPlaneOptions): Promise<KeptStates> {
  return KeptStates.open({
    dialect: storeDialect(storeUrl, dataDir, { file: 'kept.db' }),
    onFailing: (err) => {
      if (err === undefined) logger.info('what was decided while running is stored again');
      else
        logger.error(
          { err },
          'what is decided while running (brake, filter, who is connected) is not stored: a restart would forget it',
        );
    },
  });
}
