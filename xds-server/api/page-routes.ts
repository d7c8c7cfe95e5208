/**
 * Serves a folder with a web page: `index.html` at `/` and below `/mirrors/`, so that its addresses can be reopened, and
 * what it names at `/assets/`, which may be kept for ever because such names carry a hash. Where a file stands beside its
 * `.gz`, that is sent to who takes it. The page may load nothing from elsewhere. A page that is built anew while this runs
 * is served from then on.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ShadowplaneError } from '../../errors/index.ts';

interface PageFile {
  readonly body: Buffer;
  readonly gzip?: Buffer;
  readonly type: string;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

type SendPage = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** @returns what answers 404 with the page, which says what is amiss; it throws NOT_FOUND where the page is not built. */
export function addPageRoutes(app: FastifyInstance, folder: string): SendPage {
  const page = new PageFolder(folder);

  const sendIndex: SendPage = async (request, reply) => {
    const index = await page.index();
    reply
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-cache');
    return send(request, reply, index);
  };
  // The page itself is no secret; what it shows it asks for with the token of who looks at it.
  const open = { config: { access: 'open' } } as const;
  app.get('/', open, sendIndex);
  app.get('/mirrors', open, sendIndex);
  app.get('/mirrors/*', open, sendIndex);

  app.get<{ Params: { name: string } }>('/assets/:name', open, async (request, reply) => {
    const file = await page.asset(request.params.name);
    if (!file) throw new ShadowplaneError('NOT_FOUND', 'The page was built anew; reload it');
    reply.header('cache-control', 'public, max-age=31536000, immutable');
    return send(request, reply, file);
  });
  return (request, reply) => sendIndex(request, reply.code(404));
}

/** Somebody at a browser, who has followed a link; all others understand problem+json better. */
export function wantsPage({ method, url, headers }: FastifyRequest): boolean {
  const isReading = method === 'GET' || method === 'HEAD';
  return isReading && !url.startsWith('/api/') && /\btext\/html\b/.test(String(headers.accept ?? ''));
}

function send(request: FastifyRequest, reply: FastifyReply, { body, gzip, type, etag }: PageFile): FastifyReply {
  reply.header('etag', etag).header('vary', 'accept-encoding').type(type);
  if (reply.statusCode === 200 && request.headers['if-none-match'] === etag) return reply.code(304).send();
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(String(request.headers['accept-encoding'] ?? ''));
  if (!gzip || !takesGzip) return reply.send(body);
  return reply.header('content-encoding', 'gzip').send(gzip);
}

/** In memory, read anew when index.html has changed on disk; no path of a request ever reaches the file system. */
class PageFolder {
  readonly #folder: string;
  #modifiedMs = Number.NaN;
  #index: PageFile | undefined;
  #assets: ReadonlyMap<string, PageFile> = new Map();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async index(): Promise<PageFile> {
    await this.#refresh();
    if (!this.#index) throw new ShadowplaneError('NOT_FOUND', 'The web page is not built: npm run build:page');
    return this.#index;
  }

  async asset(name: string): Promise<PageFile | undefined> {
    if (!this.#assets.has(name)) await this.#refresh();
    return this.#assets.get(name);
  }

  async #refresh(): Promise<void> {
    const path = join(this.#folder, 'index.html');
    const modifiedMs = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (modifiedMs === undefined || modifiedMs === this.#modifiedMs) return;
    const assets = join(this.#folder, 'assets');
    const names = (await readdir(assets)).filter((name) => TYPES[extname(name)]);
    const files = await Promise.all(names.map(async (name) => [name, await readPageFile(join(assets, name))] as const));
    this.#index = await readPageFile(path);
    this.#assets = new Map(files);
    this.#modifiedMs = modifiedMs;
  }
}

async function readPageFile(path: string): Promise<PageFile> {
  const [body, gzip] = await Promise.all([readFile(path), readFile(`${path}.gz`).catch(() => undefined)]);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, ...(gzip && { gzip }), type: TYPES[extname(path)] ?? 'application/octet-stream', etag };
}
