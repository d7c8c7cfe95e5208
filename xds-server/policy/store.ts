import type { Dialect } from 'kysely';
import { steadyMs } from '../../clock/index.ts';
import { type InputProblem, ShadowplaneError } from '../../errors/index.ts';
import { libsqlDialect } from '../../store/index.ts';
import { type Difference, differences } from './differences.ts';
import { applyChange, changedKeys, type Entries, fromEntries, revertChange, toEntries } from './entries.ts';
import type { Policy } from './model.ts';
import { parsePolicy } from './parse-policy.ts';
import { invalid } from './problems.ts';
import { type RevisionRow, Revisions } from './revisions.ts';
import type { PolicyDocument } from './schema.ts';

/** One change of the policy: who, when, what. Revision 0 is the empty policy before the first write. */
export interface Revision {
  /** Grows by one with each change, whatever the clock says. */
  readonly revision: number;
  readonly actor: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Entries that differ from the revision before: `mirrors.orders`, `services.order-v2`, `listen`. */
  readonly changed: readonly string[];
  /** The same place by place. */
  readonly differences: readonly Difference[];
  /** Why it was made, where that is not the change itself: `undo to 12`; else null. */
  readonly note: string | null;
  /** ISO 8601, UTC: when all Envoys that were connected had it in use; null: that was not seen. */
  readonly acknowledgedAt: string | null;
}

/** A policy as it was accepted, and who made it so. */
export interface StoredPolicy extends Revision {
  /** As users wrote it. */
  readonly document: PolicyDocument;
  readonly policy: Policy;
  readonly warnings: readonly InputProblem[];
}

export type PolicyListener = (stored: StoredPolicy) => void;

export interface WriteOptions {
  /** Refuse the write (REVISION_CONFLICT) unless this is the current revision; with `entry`, unless that is as it was then. */
  readonly ifRevision?: number | undefined;
  /** What the write is about: `mirrors.orders`. If not given, the whole document. */
  readonly entry?: string | undefined;
  /** Kept with the revision. */
  readonly note?: string | undefined;
}

export interface PolicyStoreOptions {
  /** Where the embedded database lives; created if missing. */
  readonly directory: string;
  /** Older revisions are forgotten. */
  readonly keepRevisions?: number;
  readonly dialect?: Dialect;
  /** Who waits longer for those before is refused. Default 10 s. */
  readonly turnWithinMs?: number;
  /** A last check before a policy is stored: throws what the user should see, for example that Envoy lacks a message. */
  readonly validate?: (policy: Policy) => void;
}

/** Makes revisions that take back what Envoys refuse. */
export const ROLLBACK_ACTOR = 'rollback';
const KEEP_REVISIONS = 1_000;
const TURN_WITHIN_MS = 10_000;

/**
 * The one place where the policy changes. Writes happen one after the other; a write that has returned is on disk, and
 * listeners have heard of it; a write that has thrown has changed nothing. Listeners are told in order, after commit.
 */
export class PolicyStore {
  readonly #revisions: Revisions;
  readonly #keepRevisions: number;
  readonly #turnWithinMs: number;
  readonly #validate: (policy: Policy) => void;
  readonly #listeners = new Set<PolicyListener>();
  #current: StoredPolicy;
  #fileEntries: Entries;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(revisions: Revisions, options: PolicyStoreOptions, current: StoredPolicy, fileEntries: Entries) {
    this.#revisions = revisions;
    this.#keepRevisions = options.keepRevisions ?? KEEP_REVISIONS;
    this.#turnWithinMs = options.turnWithinMs ?? TURN_WITHIN_MS;
    this.#validate = options.validate ?? (() => {});
    this.#current = current;
    this.#fileEntries = fileEntries;
  }

  /** @throws ShadowplaneError STORE_FAILED when the database cannot be opened or read. */
  static async open(options: PolicyStoreOptions): Promise<PolicyStore> {
    const revisions = await Revisions.open(options.dialect ?? libsqlDialect(options.directory));
    try {
      const row = await revisions.newest();
      const fileState = await revisions.fileState();
      const fileEntries = toEntries(fileState === undefined ? {} : JSON.parse(fileState));
      return new PolicyStore(revisions, options, row ? fromRow(row) : EMPTY, fileEntries);
    } catch (error) {
      await revisions.close();
      throw error;
    }
  }

  get current(): StoredPolicy {
    return this.#current;
  }

  /** Calls back after each commit; returns the function that ends it. */
  onChange(listener: PolicyListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Replaces the document by what `update` makes of the current one. Without a difference no revision is made.
   *
   * @throws ShadowplaneError POLICY_INVALID, REVISION_CONFLICT or STORE_FAILED; then nothing has changed.
   */
  write(
    actor: string,
    update: (document: PolicyDocument) => unknown,
    { ifRevision, entry, note }: WriteOptions = {},
  ): Promise<StoredPolicy> {
    return this.#serialised(async () => {
      if (ifRevision !== undefined) await this.#assertUnchangedSince(ifRevision, entry);
      return this.#commit(actor, update(structuredClone(this.#current.document)), { note });
    });
  }

  /**
   * Takes over what the policy file says, as far as it differs from what the file last said; what was changed by API
   * since then stays.
   *
   * @throws ShadowplaneError POLICY_INVALID or STORE_FAILED; then nothing has changed.
   */
  applyFile(document: PolicyDocument): Promise<StoredPolicy> {
    return this.#serialised(async () => {
      const fileEntries = toEntries(document);
      if (changedKeys(this.#fileEntries, fileEntries).length === 0) return this.#current;
      const merged = fromEntries(applyChange(this.#fileEntries, fileEntries, toEntries(this.#current.document)));
      return this.#commit('file', merged, { fileDocument: document });
    });
  }

  /**
   * Takes back what one revision changed, except entries that a later revision has changed again. Taking back twice is
   * the same as once.
   *
   * @throws ShadowplaneError REVISION_NOT_FOUND when that revision or the one before it is no longer kept.
   */
  revert(revision: number, note?: string): Promise<StoredPolicy> {
    return this.#serialised(async () => {
      const after = toEntries(await this.#documentOf(revision));
      const before = toEntries(await this.#documentOf(revision - 1));
      const document = fromEntries(revertChange(before, after, toEntries(this.#current.document)));
      return this.#commit(ROLLBACK_ACTOR, document, { note });
    });
  }

  /** What the Envoys last had in use; undefined: that is not known, or this version cannot read it any more. */
  acknowledged(): Promise<Pick<StoredPolicy, 'revision' | 'policy'> | undefined> {
    return this.#serialised(async () => {
      const revision = await this.#revisions.lastAcknowledged();
      if (revision === undefined) return undefined;
      const document = await this.#documentOf(revision);
      try {
        return { revision, policy: parsePolicy(document).policy };
      } catch {
        return undefined;
      }
    });
  }

  /**
   * Makes the whole policy what the Envoys last had in use; answers undefined when that is not known, or when what they
   * refuse was in it: then that is no better.
   *
   * @param introduced the revision that brought what they refuse; absent: the current one
   */
  rollBackToAcknowledged(note: string, introduced?: number): Promise<StoredPolicy | undefined> {
    return this.#serialised(async () => {
      const revision = await this.#revisions.lastAcknowledged();
      if (revision === undefined || (introduced !== undefined && introduced <= revision)) return undefined;
      return this.#commit(ROLLBACK_ACTOR, await this.#documentOf(revision), { note });
    });
  }

  /** Notes that the Envoys have this revision in use, unless a newer one has replaced it meanwhile. */
  acknowledge(revision: number): Promise<void> {
    return this.#serialised(async () => {
      if (revision === 0 || revision !== this.#current.revision || this.#current.acknowledgedAt !== null) return;
      const acknowledgedAt = new Date().toISOString();
      await this.#revisions.acknowledge(revision, acknowledgedAt);
      this.#current = { ...this.#current, acknowledgedAt };
    });
  }

  /** The newest revisions, newest first; with `entry` (`mirrors.orders`) only those that changed it. */
  async history(limit = 100, entry?: string): Promise<Revision[]> {
    const rows = await this.#serialised(() => this.#revisions.history(limit, entry));
    return rows.map(toRevision);
  }

  /**
   * The document as it was at a revision.
   *
   * @throws ShadowplaneError REVISION_NOT_FOUND when there was none, or it is not kept any more.
   */
  documentAt(revision: number): Promise<PolicyDocument> {
    return this.#serialised(() => this.#documentOf(revision));
  }

  /** Waits for the write in progress, then closes the database. */
  async close(): Promise<void> {
    await this.#queue;
    await this.#revisions.close();
  }

  async #commit(actor: string, document: unknown, { fileDocument, note }: CommitOptions): Promise<StoredPolicy> {
    const { policy, warnings } = parsePolicy(document);
    this.#validate(policy);
    // Accepted, so it has the shape; as plain JSON it cannot be changed from outside.
    const accepted = JSON.parse(JSON.stringify(document)) as PolicyDocument;
    const changed = changedKeys(toEntries(this.#current.document), toEntries(accepted));
    const { revision } = this.#current;
    const next: StoredPolicy =
      changed.length === 0
        ? this.#current
        : {
            revision: revision + 1,
            actor,
            at: new Date().toISOString(),
            changed,
            differences: differences(this.#current.document, accepted),
            note: note ?? null,
            acknowledgedAt: null,
            document: accepted,
            policy,
            warnings,
          };
    if (next === this.#current && !fileDocument) return next;
    const row = next === this.#current ? undefined : toRow(next);
    await this.#revisions.write(row, this.#keepRevisions, fileDocument && JSON.stringify(fileDocument));
    if (fileDocument) this.#fileEntries = toEntries(fileDocument);
    if (next !== this.#current) {
      this.#current = next;
      this.#tell(next);
    }
    return next;
  }

  /** The write is on disk: a listener that fails must not make it look refused. */
  #tell(stored: StoredPolicy): void {
    for (const listener of this.#listeners) {
      try {
        listener(stored);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }

  async #assertUnchangedSince(revision: number, entry: string | undefined): Promise<void> {
    const { current } = this;
    if (revision === current.revision) return;
    const refuse = (message: string) => new ShadowplaneError('REVISION_CONFLICT', `${message}; read it again`);
    if (entry === undefined) {
      throw refuse(`The configuration is at revision ${current.revision}, not ${revision}`);
    }
    // What is not kept any more, or has never been, is not what it is now.
    const then = await this.#documentOf(revision).catch(() => undefined);
    const isSame = then && toEntries(then).get(entry) === toEntries(current.document).get(entry);
    if (!isSame) throw refuse(`${entry} is not what it was at revision ${revision}`);
  }

  async #documentOf(revision: number): Promise<PolicyDocument> {
    if (revision === 0) return {};
    const text = await this.#revisions.documentOf(revision);
    if (text !== undefined) return JSON.parse(text);
    const newest = this.#current.revision;
    const why = revision > newest ? `does not exist; the newest is ${newest}` : 'is not kept any more';
    throw new ShadowplaneError('REVISION_NOT_FOUND', `Revision ${revision} ${why}`);
  }

  /** In turn. Behind a store that hangs nobody waits for the turns of all who came before. */
  #serialised<T>(task: () => Promise<T>): Promise<T> {
    const askedAtMs = steadyMs();
    const result = this.#queue.then(() => {
      if (steadyMs() - askedAtMs <= this.#turnWithinMs) return task();
      throw new ShadowplaneError(
        'STORE_FAILED',
        'The policy store failed: it is busy with what was asked before, or hangs',
      );
    });
    this.#queue = result.catch(() => {});
    return result;
  }
}

interface CommitOptions {
  readonly note?: string | undefined;
  readonly fileDocument?: PolicyDocument;
}

const EMPTY: StoredPolicy = Object.freeze({
  revision: 0,
  actor: 'none',
  at: new Date(0).toISOString(),
  changed: [],
  differences: [],
  note: null,
  acknowledgedAt: null,
  document: {},
  ...parsePolicy({}),
});

function toRow(stored: StoredPolicy): RevisionRow {
  const { revision, actor, at, changed, document, note, acknowledgedAt } = stored;
  return {
    revision,
    actor,
    at,
    note,
    acknowledged_at: acknowledgedAt,
    changed: JSON.stringify(changed),
    differences: JSON.stringify(stored.differences),
    document: JSON.stringify(document),
  };
}

function toRevision({ revision, actor, at, note, ...row }: Omit<RevisionRow, 'document'>): Revision {
  return {
    revision,
    actor,
    at,
    note,
    changed: JSON.parse(row.changed),
    differences: JSON.parse(row.differences ?? '[]'),
    acknowledgedAt: row.acknowledged_at,
  };
}

function fromRow(row: RevisionRow): StoredPolicy {
  const document = JSON.parse(row.document) as PolicyDocument;
  try {
    return { ...toRevision(row), document, ...parsePolicy(document) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(`The stored revision ${row.revision} is not valid in this version: ${reason}`);
  }
}
