import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ShadowplaneError } from '../../errors/index.ts';
import {
  type Difference,
  differences,
  differencesWithin,
  MIRROR_NAME_PATTERN,
  type Policy,
  type PolicyDocument,
  type PolicyStore,
  parsePolicy,
  type Revision,
} from '../policy/index.ts';
import { mirrorOf, mirrorView } from './mirror-routes.ts';
import type { Writer, Written } from './writes.ts';

interface Named {
  Params: { name: string };
}

type Undone = Written | { readonly preview: readonly Difference[] };

const NAME = new RegExp(MIRROR_NAME_PATTERN);
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/**
 * Who changed what and when, and back to how it was.
 *
 * @param check throws what a write of this policy would be refused with
 */
export function addRevisionRoutes(
  app: FastifyInstance,
  store: PolicyStore,
  writer: Writer,
  check: (policy: Policy) => void,
): void {
  const historyOf = async (name: string, limit: number): Promise<Revision[]> => {
    const entry = `mirrors.${name}`;
    const revisions = NAME.test(name) ? await store.history(limit, entry) : [];
    // Without a history it may be older than what is kept; a name that nobody ever used is a mistake.
    if (revisions.length === 0) mirrorOf(store.current.document, name);
    return revisions.map((revision) => ({ ...revision, differences: differencesWithin(entry, revision.differences) }));
  };

  /** A new revision that makes of the document what `restore` makes of it and of how it was. */
  const undo = async (
    request: FastifyRequest,
    reply: FastifyReply,
    restore: (now: PolicyDocument, then: PolicyDocument) => PolicyDocument,
    mirror?: string,
  ): Promise<Undone> => {
    const { to, dryRun } = readUndo(request.body);
    const then = await store.documentAt(to);
    if (!dryRun)
      return writer.write(request, reply, (now) => restore(now, then), {
        note: `undo to ${to}`,
        ...(mirror !== undefined && { mirror }),
      });
    const now = store.current.document;
    const undone = restore(now, then);
    check(parsePolicy(undone).policy);
    return { preview: differences(now, undone) };
  };

  app.get('/revisions', async ({ query }) => {
    const { mirror, limit } = query as { mirror?: unknown; limit?: unknown };
    if (mirror === undefined) return { items: await store.history(readLimit(limit)) };
    if (typeof mirror !== 'string') throw refused('mirror', 'must be the name of a mirror');
    return { items: await historyOf(mirror, readLimit(limit)) };
  });

  app.get<Named>('/mirrors/:name/history', async ({ params: { name }, query }) => ({
    items: await historyOf(name, readLimit((query as { limit?: unknown }).limit)),
  }));

  app.post('/config/undo', async (request, reply) => {
    const undone = await undo(request, reply, (_, then) => then);
    return 'preview' in undone ? previewOf(store, undone.preview) : undone.answer;
  });

  app.post<Named>('/mirrors/:name/undo', async (request, reply) => {
    const { name } = request.params;
    const undone = await undo(
      request,
      reply,
      (now, then) => {
        if (has(then, name)) return { ...now, mirrors: { ...now.mirrors, [name]: then.mirrors![name]! } };
        // It was not there; if it is not there now either, the name is a mistake.
        mirrorOf(now, name);
        const { [name]: _, ...others } = now.mirrors!;
        return { ...now, mirrors: others };
      },
      name,
    );
    if ('preview' in undone) return previewOf(store, undone.preview);
    const { stored, answer } = undone;
    return has(stored.document, name) ? { ...mirrorView(name, stored), ...answer } : answer;
  });
}

function has({ mirrors = {} }: PolicyDocument, name: string): boolean {
  return Object.hasOwn(mirrors, name);
}

function previewOf({ current: { revision } }: PolicyStore, preview: readonly Difference[]) {
  return { revision, changed: [], differences: preview, warnings: [] };
}

function readUndo(body: unknown): { readonly to: number; readonly dryRun: boolean } {
  const { to, dryRun = false, ...others } = (body ?? {}) as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw refused(unknown, 'is not known here; to and dryRun are');
  if (!Number.isSafeInteger(to) || (to as number) < 0) throw refused('to', 'must be a revision, such as 12');
  if (typeof dryRun !== 'boolean') throw refused('dryRun', 'must be true or false');
  return { to: to as number, dryRun };
}

function readLimit(value: unknown): number {
  if (value === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,4}$/.test(String(value)) ? Number(value) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw refused('limit', `must be a whole number from 1 to ${MAX_LIMIT}`);
  return limit;
}

function refused(path: string, message: string): ShadowplaneError {
  return new ShadowplaneError('REQUEST_INVALID', `${path}: ${message}`, { problems: [{ path, message }] });
}
