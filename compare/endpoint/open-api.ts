/** Reads the path templates of an OpenAPI document (3.x, and 2.0 with its `basePath`). */

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * @param document Parsed; whatever is not as OpenAPI has it is passed over.
 * @returns `GET /api/orders/{id}`, once for each base path of the document's servers.
 */
export function templatesOfOpenApi(document: unknown): string[] {
  const { servers, basePath, paths } = asRecord(document);
  const bases = Array.isArray(servers) && servers.length > 0 ? servers.map(serverPath) : [basePath];
  const prefixes = new Set(bases.map((base) => (typeof base === 'string' ? base.replace(/\/$/, '') : '')));
  return [...prefixes].flatMap((prefix) =>
    Object.entries(asRecord(paths)).flatMap(([path, operations]) =>
      METHODS.filter((method) => Object.hasOwn(asRecord(operations), method)).map(
        (method) => `${method.toUpperCase()} ${prefix}${path}`,
      ),
    ),
  );
}

/** A server's URL may be absolute or only a path. */
function serverPath(server: unknown): string {
  const { url } = asRecord(server);
  if (typeof url !== 'string') return '';
  return url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '');
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
