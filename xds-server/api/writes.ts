import type { FastifyReply, FastifyRequest } from 'fastify';
import { type InputProblem, ShadowplaneError } from '../../errors/index.ts';
import type { Difference, PolicyDocument, PolicyStore, StoredPolicy } from '../policy/index.ts';
import type { WaitForApplied } from './envoy-status.ts';
import { explainRejection, refusedNote } from './explain-rejection.ts';
import { type Problem, toProblem } from './problem.ts';
import { entityTag, readWriteRequest } from './request-options.ts';

/** What every write is answered with, beside the thing that was written. */
export interface WriteAnswer {
  readonly revision: number;
  readonly changed: readonly string[];
  /** The same place by place. */
  readonly differences: readonly Difference[];
  readonly warnings: readonly InputProblem[];
  /** Only when the request asked to wait. */
  readonly applied?: { readonly acked: number; readonly of: number; readonly tookMs: number };
}

/** What a write is about. */
export interface WriteSubject {
  /** Kept with the revision. */
  readonly note?: string;
  /** Only this one: what others have changed meanwhile is no conflict. If not given, the whole document. */
  readonly mirror?: string;
}

export interface Written {
  readonly stored: StoredPolicy;
  readonly answer: WriteAnswer;
}

/** A change that is not in force, with what the answer says beyond the error: who refused it, or who was faster. */
export class RefusedWrite extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/**
 * One write of the API: stored, then, if the request says `?wait=`, held until every connected Envoy has acknowledged it.
 * A change that an Envoy rejects is taken back before the answer.
 *
 * @throws ShadowplaneError of the store, or RefusedWrite
 */
export class Writer {
  readonly #store: PolicyStore;
  readonly #waitForApplied: WaitForApplied;

  constructor(store: PolicyStore, waitForApplied: WaitForApplied) {
    this.#store = store;
    this.#waitForApplied = waitForApplied;
  }

  async write(
    request: FastifyRequest,
    reply: FastifyReply,
    update: (document: PolicyDocument) => unknown,
    { note, mirror }: WriteSubject = {},
  ): Promise<Written> {
    const entry = mirror === undefined ? undefined : `mirrors.${mirror}`;
    const { actor, ifRevision, waitMs } = readWriteRequest(request);
    let before = 0;
    const counted = (document: PolicyDocument): unknown => {
      before = this.#store.current.revision;
      return update(document);
    };
    const stored = await this.#store
      .write(actor, counted, { ifRevision, entry, note })
      .catch(async (error: unknown) => {
        throw await this.#whoWasFaster(error, entry);
      });
    const isNew = stored.revision !== before;
    const applied = waitMs === undefined ? undefined : await this.#applied(stored.revision, waitMs, isNew);
    reply.header('etag', entityTag(stored.revision));
    const { revision, warnings } = stored;
    return {
      stored,
      answer: {
        revision,
        changed: isNew ? stored.changed : [],
        differences: isNew ? stored.differences : [],
        warnings,
        ...(applied && { applied }),
      },
    };
  }

  /** With an entry: who has changed that last; its change need not be the newest. */
  async #whoWasFaster(error: unknown, entry: string | undefined): Promise<unknown> {
    if (!(error instanceof ShadowplaneError) || error.code !== 'REVISION_CONFLICT') return error;
    const { current } = this.#store;
    const [last = current] = entry === undefined ? [current] : await this.#store.history(1, entry);
    const { actor, at, changed } = last;
    const { revision } = current;
    return new RefusedWrite(toProblem(error, { revision, changedBy: actor, changedAt: at, changed }));
  }

  async #applied(revision: number, waitMs: number, isNew: boolean): Promise<NonNullable<WriteAnswer['applied']>> {
    const { rejection, acked, of, tookMs } = await this.#waitForApplied(revision, waitMs);
    if (!rejection) return { acked, of, tookMs };
    const explained = explainRejection(rejection.message, this.#store.current.document);
    const problem = isNew ? await this.#takeBack(revision, refusedNote(rejection.node, revision, explained)) : '';
    const error = new ShadowplaneError('ENVOY_REJECTED', `${rejection.node}: ${explained}${problem}`);
    throw new RefusedWrite(
      toProblem(error, {
        node: rejection.node,
        envoyMessage: rejection.message,
        rejectedRevision: revision,
        revision: this.#store.current.revision,
      }),
    );
  }

  /** Answers why it could not be, or nothing. */
  async #takeBack(revision: number, note: string): Promise<string> {
    try {
      await this.#store.revert(revision, note);
      return '';
    } catch (error) {
      return `; it could not be taken back: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
