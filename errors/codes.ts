interface ErrorCodeEntry {
  /** Short and the same for every occurrence; the `title` of problem+json. */
  readonly title: string;
  readonly httpStatus: number;
  readonly exitCode: 1 | 2;
}

/** Every code that a user can meet. docs/errors.md explains each; a test holds both lists together. */
export const ERROR_CODES = {
  POLICY_INVALID: { title: 'The configuration is not valid', httpStatus: 400, exitCode: 2 },
  POLICY_FILE_UNREADABLE: { title: 'The configuration file cannot be read', httpStatus: 400, exitCode: 2 },
  MIRROR_NOT_FOUND: { title: 'There is no such mirror', httpStatus: 404, exitCode: 1 },
  REVISION_NOT_FOUND: { title: 'There is no such revision', httpStatus: 404, exitCode: 1 },
  STORE_FAILED: { title: 'The change could not be stored', httpStatus: 503, exitCode: 1 },
  STORE_FULL: { title: 'There is no room to store the change', httpStatus: 507, exitCode: 1 },
  REVISION_CONFLICT: { title: 'The configuration has changed meanwhile', httpStatus: 412, exitCode: 1 },
  REQUEST_INVALID: { title: 'The request is not valid', httpStatus: 400, exitCode: 2 },
  NOT_FOUND: { title: 'There is nothing at this address', httpStatus: 404, exitCode: 1 },
  METHOD_NOT_ALLOWED: { title: 'This address does not know that method', httpStatus: 405, exitCode: 1 },
  BODY_TOO_LARGE: { title: 'The request body is too large', httpStatus: 413, exitCode: 1 },
  MEDIA_TYPE_UNSUPPORTED: { title: 'The media type is not supported', httpStatus: 415, exitCode: 1 },
  UNAUTHENTICATED: { title: 'Who calls is not known', httpStatus: 401, exitCode: 1 },
  ROLE_INSUFFICIENT: { title: 'This caller may only read', httpStatus: 403, exitCode: 1 },
  ORIGIN_REFUSED: { title: 'Pages of other origins may not change anything', httpStatus: 403, exitCode: 1 },
  HOST_REFUSED: { title: 'The Host header is not one of this server', httpStatus: 421, exitCode: 1 },
  ROLLOUT_REFUSED: { title: 'The rollout cannot do this now', httpStatus: 409, exitCode: 1 },
  RUN_AGAIN_REFUSED: { title: 'This request is not sent again', httpStatus: 422, exitCode: 1 },
  SHADOW_REFUSED: { title: 'Shadow work may not do this', httpStatus: 403, exitCode: 1 },
  BUSY: { title: 'Too much is under way already', httpStatus: 503, exitCode: 1 },
  INTERNAL: { title: 'Something unforeseen went wrong', httpStatus: 500, exitCode: 1 },
  ENVOY_RESOURCE_INVALID: { title: 'The Envoy resource is not valid', httpStatus: 400, exitCode: 2 },
  ENVOY_REJECTED: { title: 'Envoy rejected the change', httpStatus: 422, exitCode: 1 },
  UNINSTALL_REFUSED: { title: 'Nothing was taken out', httpStatus: 409, exitCode: 1 },
  UNINSTALL_UNFINISHED: { title: 'Not every Envoy is without mirroring yet', httpStatus: 504, exitCode: 1 },
  ENVOY_NOT_FOUND: { title: 'No usable Envoy was found', httpStatus: 500, exitCode: 1 },
  ENVOY_UNFIT: { title: 'This Envoy cannot run the filter', httpStatus: 500, exitCode: 1 },
  ENVOY_FAILED: { title: 'Envoy could not be started', httpStatus: 500, exitCode: 1 },
  ENVOY_UNREACHABLE: { title: 'Envoy does not answer', httpStatus: 502, exitCode: 1 },
  API_UNREACHABLE: { title: 'The control plane does not answer', httpStatus: 502, exitCode: 1 },
  PORT_IN_USE: { title: 'The address is taken', httpStatus: 500, exitCode: 1 },
  FILTER_NOT_BUILT: { title: 'There is no filter.wasm', httpStatus: 500, exitCode: 1 },
  PAGE_NOT_BUILT: { title: 'There is no web page', httpStatus: 500, exitCode: 1 },
  USAGE: { title: 'Wrong usage', httpStatus: 400, exitCode: 2 },
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;
