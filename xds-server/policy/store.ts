import { type Dialect, Kysely, Migrator, type Transaction } from 'kysely';
import { type InputProblem, ShadowplaneError } from '../../errors/index.ts';
import { applyChange, changedKeys, type Entries, fromEntries, revertChange, toEntries } from './entries.ts';
import { libsqlDialect } from './libsql-dialect.ts';
import { migrations, type Tables } from './migrations.ts';
import type { Policy } from './model.ts';
import { parsePolicy } from './parse-policy.ts';
import { invalid } from './problems.ts';
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
const FILE_STATE_ID = 1;

/**
 * The one place where the policy changes. Writes happen one after the other; a write that has returned is on disk, and
 * listeners have heard of it; a write that has thrown has changed nothing. Listeners are told in order, after commit.
 */
export class PolicyStore {
  readonly #dialect: Dialect;
  #database: Kysely<Tables>;
  readonly #keepRevisions: number;
  readonly #validate: (policy: Policy) => void;
  readonly #listeners = new Set<PolicyListener>();
  #current: StoredPolicy;
  #fileEntries: Entries;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    dialect: Dialect,
    database: Kysely<Tables>,
    options: PolicyStoreOptions,
    current: StoredPolicy,
    fileEntries: Entries,
  ) {
    this.#dialect = dialect;
    this.#database = database;
    this.#keepRevisions = options.keepRevisions ?? KEEP_REVISIONS;
    this.#validate = options.validate ?? (() => {});
    this.#current = current;
    this.#fileEntries = fileEntries;
  }

  /** @throws ShadowplaneError STORE_FAILED when the database cannot be opened or read. */
  static async open(options: PolicyStoreOptions): Promise<PolicyStore> {
    const dialect = options.dialect ?? libsqlDialect(options.directory);
    const database = new Kysely<Tables>({ dialect });
    try {
      const { error } = await new Migrator({ db: database, provider: migrations }).migrateToLatest();
      if (error) throw error;
      const row = await database.selectFrom('revisions').selectAll().orderBy('revision', 'desc').executeTakeFirst();
      const file = await database.selectFrom('file_states').selectAll().executeTakeFirst();
      const current = row ? fromRow(row) : EMPTY;
      const fileEntries = toEntries(file ? JSON.parse(file.document) : {});
      return new PolicyStore(dialect, database, options, current, fileEntries);
    } catch (error) {
      await database.destroy().catch(() => {});
      throw storeFailed(error, `The policy store in ${options.directory} cannot be opened`);
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
    const rows = await this.#guarded(() =>
      this.#database
        .selectFrom('revisions')
        .select(['revision', 'actor', 'at', 'changed'])
        .orderBy('revision', 'desc')
        .limit(limit)
        .execute(),
    );
    return rows.map((row) => ({ ...row, changed: JSON.parse(row.changed) }));
  }

  /** Waits for the write in progress, then closes the database. */
  async close(): Promise<void> {
    await this.#queue;
    await this.#database.destroy();
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
    await this.#guarded(() =>
      this.#database.transaction().execute(async (transaction) => {
        if (next !== this.#current) await this.#insert(transaction, next);
        if (fileDocument) await saveFileState(transaction, fileDocument);
      }),
    );
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

  async #insert(transaction: Transaction<Tables>, next: StoredPolicy): Promise<void> {
    const { revision, actor, at } = next;
    // A write as the first statement takes the write lock at once, so nothing read below can be outdated.
    await transaction
      .deleteFrom('revisions')
      .where('revision', '<=', revision - this.#keepRevisions)
      .execute();
    const newest = await transaction
      .selectFrom('revisions')
      .select('revision')
      .orderBy('revision', 'desc')
      .executeTakeFirst();
    if ((newest?.revision ?? 0) !== this.#current.revision) {
      throw new ShadowplaneError('STORE_FAILED', 'Another control plane has written to this store; run one per store');
    }
    await transaction
      .insertInto('revisions')
      .values({
        revision,
        actor,
        at,
        changed: JSON.stringify(next.changed),
        document: JSON.stringify(next.document),
      })
      .execute();
  }

  async #documentOf(revision: number): Promise<PolicyDocument> {
    if (revision === 0) return {};
    const row = await this.#guarded(() =>
      this.#database.selectFrom('revisions').select('document').where('revision', '=', revision).executeTakeFirst(),
    );
    if (!row) throw new ShadowplaneError('STORE_FAILED', `Revision ${revision} is not kept any more`);
    return JSON.parse(row.document);
  }

  #serialised<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => {});
    return result;
  }

  async #guarded<T>(query: () => Promise<T>): Promise<T> {
    try {
      return await query();
    } catch (error) {
      // A connection on which a statement has failed may refuse every later commit: begin with a fresh one.
      await this.#database.destroy().catch(() => {});
      this.#database = new Kysely<Tables>({ dialect: this.#dialect });
      throw storeFailed(error, 'The change could not be stored');
    }
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

async function saveFileState(transaction: Transaction<Tables>, document: PolicyDocument): Promise<void> {
  const text = JSON.stringify(document);
  await transaction
    .insertInto('file_states')
    .values({ id: FILE_STATE_ID, document: text })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ document: text }))
    .execute();
}

function fromRow(row: Tables['revisions']): StoredPolicy {
  const document = JSON.parse(row.document) as PolicyDocument;
  try {
    return { ...row, changed: JSON.parse(row.changed), document, ...parsePolicy(document) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(`The stored revision ${row.revision} is not valid in this version: ${reason}`);
  }
}

function storeFailed(error: unknown, what: string): ShadowplaneError {
  if (error instanceof ShadowplaneError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ShadowplaneError('STORE_FAILED', `${what}: ${reason}`, { cause: error });
}
