import type { Dialect } from 'kysely';
import { type InputProblem, ShadowplaneError } from '../../errors/index.ts';
import { libsqlDialect } from '../../store/index.ts';
import { applyChange, changedKeys, type Entries, fromEntries, revertChange, toEntries } from './entries.ts';
import type { Policy } from './model.ts';
import { parsePolicy } from './parse-policy.ts';
import { invalid } from './problems.ts';
import { type RevisionRow, Revisions } from './revisions.ts';
import type { PolicyDocument } from './schema.ts';

/** A policy as it was accepted, and who made it so. Revision 0 is the empty policy before the first write. */
export interface StoredPolicy {
  readonly revision: number;
  readonly actor: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Entries that differ from the revision before: `mirrors.orders`, `services.order-v2`, `listen`. */
  readonly changed: readonly string[];
  /** As users wrote it. */
  readonly document: PolicyDocument;
  readonly policy: Policy;
  readonly warnings: readonly InputProblem[];
}

export type PolicyListener = (stored: StoredPolicy) => void;

export interface WriteOptions {
  /** Refuse the write (REVISION_CONFLICT) unless this is the current revision. */
  readonly ifRevision?: number | undefined;
}

export interface PolicyStoreOptions {
  /** Where the embedded database lives; created if missing. */
  readonly directory: string;
  /** Older revisions are forgotten. */
  readonly keepRevisions?: number;
  readonly dialect?: Dialect;
  /** A last check before a policy is stored: throws what the user should see, for example that Envoy lacks a message. */
  readonly validate?: (policy: Policy) => void;
}

const KEEP_REVISIONS = 1_000;

/**
 * The one place where the policy changes. Writes happen one after the other; a write that has returned is on disk, and
 * listeners have heard of it; a write that has thrown has changed nothing. Listeners are told in order, after commit.
 */
export class PolicyStore {
  readonly #revisions: Revisions;
  readonly #keepRevisions: number;
  readonly #validate: (policy: Policy) => void;
  readonly #listeners = new Set<PolicyListener>();
  #current: StoredPolicy;
  #fileEntries: Entries;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(revisions: Revisions, options: PolicyStoreOptions, current: StoredPolicy, fileEntries: Entries) {
    this.#revisions = revisions;
    this.#keepRevisions = options.keepRevisions ?? KEEP_REVISIONS;
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
    { ifRevision }: WriteOptions = {},
  ): Promise<StoredPolicy> {
    return this.#serialised(async () => {
      if (ifRevision !== undefined && ifRevision !== this.#current.revision) {
        throw new ShadowplaneError(
          'REVISION_CONFLICT',
          `The configuration is at revision ${this.#current.revision}, not ${ifRevision}; read it again`,
        );
      }
      return this.#commit(actor, update(structuredClone(this.#current.document)));
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
      return this.#commit('file', merged, document);
    });
  }

  /**
   * Takes back what one revision changed, except entries that a later revision has changed again. Taking back twice is
   * the same as once.
   *
   * @throws ShadowplaneError STORE_FAILED when that revision or the one before it is no longer kept.
   */
  revert(revision: number, actor = 'rollback'): Promise<StoredPolicy> {
    return this.#serialised(async () => {
      const after = toEntries(await this.#documentOf(revision));
      const before = toEntries(await this.#documentOf(revision - 1));
      return this.#commit(actor, fromEntries(revertChange(before, after, toEntries(this.#current.document))));
    });
  }

  /** The newest revisions, newest first. */
  async history(limit = 100): Promise<Array<Omit<StoredPolicy, 'document' | 'policy' | 'warnings'>>> {
    const rows = await this.#serialised(() => this.#revisions.history(limit));
    return rows.map((row) => ({ ...row, changed: JSON.parse(row.changed) }));
  }

  /** Waits for the write in progress, then closes the database. */
  async close(): Promise<void> {
    await this.#queue;
    await this.#revisions.close();
  }

  async #commit(actor: string, document: unknown, fileDocument?: PolicyDocument): Promise<StoredPolicy> {
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

  async #documentOf(revision: number): Promise<PolicyDocument> {
    if (revision === 0) return {};
    const text = await this.#revisions.documentOf(revision);
    if (text === undefined) throw new ShadowplaneError('STORE_FAILED', `Revision ${revision} is not kept any more`);
    return JSON.parse(text);
  }

  #serialised<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => {});
    return result;
  }
}

const EMPTY: StoredPolicy = Object.freeze({
  revision: 0,
  actor: 'none',
  at: new Date(0).toISOString(),
  changed: [],
  document: {},
  ...parsePolicy({}),
});

function toRow({ revision, actor, at, changed, document }: StoredPolicy): RevisionRow {
  return { revision, actor, at, changed: JSON.stringify(changed), document: JSON.stringify(document) };
}

function fromRow(row: RevisionRow): StoredPolicy {
  const document = JSON.parse(row.document) as PolicyDocument;
  try {
    return { ...row, changed: JSON.parse(row.changed), document, ...parsePolicy(document) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(`The stored revision ${row.revision} is not valid in this version: ${reason}`);
  }
}
