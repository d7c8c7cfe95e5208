import type { FastifyInstance } from 'fastify';
import { didYouMean, ShadowplaneError } from '../../errors/index.ts';
import type { MirrorDocument, PolicyDocument, PolicyStore, StoredPolicy } from '../policy/index.ts';
import { mergePatch } from './merge-patch.ts';
import { entityTag } from './request-options.ts';
import type { Writer, Written } from './writes.ts';

interface Named {
  Params: { name: string };
}

/** A mirror as it is written in YAML, plus what the API knows of it. */
export type MirrorView = MirrorDocument & {
  readonly name: string;
  readonly revision: number;
  readonly paused: boolean;
};

/** The mirrors one by one. */
export function addMirrorRoutes(app: FastifyInstance, store: PolicyStore, writer: Writer): void {
  const answer = (name: string, { stored, answer: written }: Written) => ({ ...mirrorView(name, stored), ...written });

  app.get('/mirrors', (_, reply) => {
    const { current } = store;
    reply.header('etag', entityTag(current.revision));
    const names = Object.keys(current.document.mirrors ?? {});
    const { mirroring } = current.policy;
    return { revision: current.revision, mirroring, items: names.map((name) => mirrorView(name, current)) };
  });

  app.get<Named>('/mirrors/:name', ({ params: { name } }, reply) => {
    const { current } = store;
    mirrorOf(current.document, name);
    reply.header('etag', entityTag(current.revision));
    return mirrorView(name, current);
  });

  app.put<Named>('/mirrors/:name', async (request, reply) => {
    const { name } = request.params;
    const mirror = withoutView(name, request.body);
    let created = false;
    const written = await writer.write(
      request,
      reply,
      (document) => {
        created = !Object.hasOwn(document.mirrors ?? {}, name);
        return withMirror(document, name, mirror);
      },
      { mirror: name },
    );
    return reply.code(created ? 201 : 200).send(answer(name, written));
  });

  app.patch<Named>('/mirrors/:name', async (request, reply) => {
    const { name } = request.params;
    const patch = withoutView(name, request.body);
    const change = (document: PolicyDocument) =>
      withMirror(document, name, mergePatch(mirrorOf(document, name), patch));
    return answer(name, await writer.write(request, reply, change, { mirror: name }));
  });

  app.delete<Named>('/mirrors/:name', async (request, reply) => {
    const { name } = request.params;
    const written = await writer.write(
      request,
      reply,
      (document) => {
        mirrorOf(document, name);
        const { [name]: _, ...others } = document.mirrors!;
        return { ...document, mirrors: others };
      },
      { mirror: name },
    );
    return written.answer;
  });

  for (const [verb, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    app.post<Named>(`/mirrors/:name/${verb}`, async (request, reply) => {
      const { name } = request.params;
      const written = await writer.write(
        request,
        reply,
        (document) => {
          return withMirror(document, name, { ...mirrorOf(document, name), paused });
        },
        { mirror: name },
      );
      return answer(name, written);
    });
  }
}

/** @throws ShadowplaneError MIRROR_NOT_FOUND with the nearest name */
export function mirrorOf(document: PolicyDocument, name: string): MirrorDocument {
  const mirrors = document.mirrors ?? {};
  if (Object.hasOwn(mirrors, name)) return mirrors[name]!;
  const hint = didYouMean(name, Object.keys(mirrors));
  throw new ShadowplaneError('MIRROR_NOT_FOUND', `There is no mirror ${JSON.stringify(name)}${hint}`);
}

/** `paused: false` is what a view says of a mirror that does not mention it, so it is not written down. */
function withMirror(document: PolicyDocument, name: string, written: unknown): unknown {
  const { paused, ...running } = { ...(written as { paused?: unknown }) };
  const mirror = isObject(written) && paused === false ? running : written;
  return { ...document, mirrors: Object.fromEntries([...Object.entries(document.mirrors ?? {}), [name, mirror]]) };
}

export function mirrorView(name: string, { document, revision }: StoredPolicy): MirrorView {
  const mirror = document.mirrors![name]!;
  return { name, revision, ...mirror, paused: mirror.paused ?? false };
}

/**
 * What was read may be written back: the members that a view adds are taken off again, and those of an earlier write's
 * answer with them.
 */
function withoutView(name: string, body: unknown): unknown {
  if (!isObject(body)) return body ?? null;
  const { name: written, revision: _r, changed: _c, differences: _d, warnings: _w, applied: _a, ...mirror } = body;
  if (written === undefined || written === name) return mirror;
  const message = `is ${JSON.stringify(written)}, but the address names ${JSON.stringify(name)}`;
  throw new ShadowplaneError('REQUEST_INVALID', `name: ${message}`, { problems: [{ path: 'name', message }] });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
