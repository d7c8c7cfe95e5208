import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type PolicyDocument, type PolicyStore, parsePolicyFile } from '../policy/index.ts';
import { entityTag } from './request-options.ts';
import type { Writer } from './writes.ts';

/** A body in YAML, kept as text so that its problems carry lines. */
interface YamlBody {
  readonly yaml: string;
}

/** The whole document at once. */
export function addConfigRoutes(app: FastifyInstance, store: PolicyStore, writer: Writer): void {
  for (const type of ['application/yaml', 'text/yaml', 'application/x-yaml']) {
    app.addContentTypeParser(type, { parseAs: 'string' }, (_, yaml, done) => done(null, { yaml }));
  }

  app.get('/config', (_, reply) => {
    const { revision, actor, at, changed, document, warnings } = store.current;
    reply.header('etag', entityTag(revision));
    return { revision, actor, at, changed, warnings, config: document };
  });

  app.put('/config', async (request, reply) => {
    const document = readDocument(request);
    const { answer } = await writer.write(request, reply, () => document);
    return answer;
  });
}

/** A whole document, in JSON or YAML, as it was written or as `GET /config` answered. */
export function readDocument({ body, headers }: FastifyRequest): PolicyDocument | unknown {
  if (!headers['content-type']?.includes('yaml')) return isView(body) ? body.config : (body ?? null);
  return parsePolicyFile((body as YamlBody).yaml, 'body').document;
}

/** What was read may be written back as it was answered: no document has a key `config`. */
function isView(body: unknown): body is { readonly config: unknown } {
  return typeof body === 'object' && body !== null && 'config' in body && 'revision' in body;
}
