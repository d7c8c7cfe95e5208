import type { Logger } from 'pino';
import type { Policy, PolicyStore, StoredPolicy } from './policy/index.ts';
import type { PolicyRenderer } from './policy-renderer.ts';
import { RevisionsInUse } from './revisions-in-use.ts';
import { ServedGroups, type ServedSnapshots } from './served-groups.ts';
import { SECRET, type SnapshotCache } from './xds/index.ts';

export interface PublisherOptions {
  readonly store: PolicyStore;
  readonly renderer: PolicyRenderer;
  readonly cache: SnapshotCache;
  /** Told each policy before Envoys are served it. */
  readonly follow: (stored: StoredPolicy) => void;
  /** What Envoys may have of a policy now. */
  readonly applied: (policy: Policy) => Policy;
  readonly logger: Logger;
}

/** Serves Envoys the policy that is in force, as far as they may have it. */
export class Publisher {
  readonly groups: ServedGroups;
  readonly inUse: RevisionsInUse;
  readonly #options: PublisherOptions;
  /** The newest revision with which other SDS resources are served than before it. */
  #changedSecrets = 0;

  constructor(options: PublisherOptions) {
    const { cache, renderer, store, logger } = options;
    this.#options = options;
    this.groups = new ServedGroups(cache, (policy, setup) => renderer.snapshotOf(policy, setup));
    this.inUse = new RevisionsInUse({
      // What is not noted now is noted with the next news of an Envoy; until then the history knows less.
      onSettled: (revision) => void store.acknowledge(revision).catch((err) => logger.debug({ err }, 'not noted')),
    });
  }

  /** @throws what makes the policy impossible to serve; then Envoys keep what they have */
  serve(stored: StoredPolicy): void {
    this.#options.follow(stored);
    const before = secretVersions(this.groups.snapshots);
    this.#publish(stored);
    if (secretVersions(this.groups.snapshots) !== before) this.#changedSecrets = stored.revision;
  }

  /** To be told after the first `serve` what Envoys had in use before this process was there. */
  knew({ revision, policy }: Pick<StoredPolicy, 'revision' | 'policy'>): void {
    if (revision === this.#options.store.current.revision) return;
    try {
      this.groups.serve(this.#options.applied(policy), (snapshots) => this.inUse.knew(revision, snapshots));
    } catch (err) {
      this.#options.logger.debug({ err, revision }, 'what Envoys had in use cannot be told from what is served now');
    }
  }

  /** What Envoys may have has changed. Behind it are timers, files and Envoys: nobody is there to be refused. */
  again(): void {
    try {
      this.#publish(this.#options.store.current);
    } catch (err) {
      this.#options.logger.error({ err }, 'what Envoys are served stays as it was');
    }
  }

  /** Whether other secrets are served with it. Of a revision that is not the newest it is not known any more. */
  changesSecrets(revision: number): boolean {
    return revision === this.#changedSecrets || revision !== this.#options.store.current.revision;
  }

  close(): void {
    this.inUse.close();
  }

  #publish({ revision, policy }: StoredPolicy): void {
    this.groups.serve(this.#options.applied(policy), (snapshots, set) => this.inUse.serve(revision, snapshots, set));
  }
}

function secretVersions(snapshots: ServedSnapshots): string {
  return JSON.stringify([...snapshots].map(([group, { types }]) => [group, types.get(SECRET)?.version]));
}
