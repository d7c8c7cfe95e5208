import type { FastifyReply } from 'fastify';
import { ERROR_CODES, type ErrorCode, type InputProblem, ShadowplaneError } from '../../errors/index.ts';

/** RFC 9457, with our stable `code` and, for bad input, where it is bad. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors?: readonly InputProblem[];
  /** Further members, such as the node that rejected a change. */
  readonly [member: string]: unknown;
}

/** Fastify's own refusals, by what they mean here. */
const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
};

/** Every error as one of ours. What nobody foresaw becomes INTERNAL without its message, which may hold secrets. */
export function toShadowplaneError(error: unknown): ShadowplaneError {
  if (error instanceof ShadowplaneError) return error;
  const {
    code = '',
    statusCode = 500,
    message = '',
  } = error as { code?: string; statusCode?: number; message?: string };
  if (FASTIFY_CODES[code]) return new ShadowplaneError(FASTIFY_CODES[code], message, { cause: error });
  if (statusCode >= 400 && statusCode < 500) return new ShadowplaneError('REQUEST_INVALID', message, { cause: error });
  return new ShadowplaneError('INTERNAL', 'The log of the control plane says more', { cause: error });
}

export function toProblem(error: ShadowplaneError, members: Readonly<Record<string, unknown>> = {}): Problem {
  return {
    type: `urn:shadowplane:error:${error.code}`,
    title: ERROR_CODES[error.code].title,
    status: error.httpStatus,
    code: error.code,
    detail: error.message,
    ...(error.problems.length > 0 && { errors: error.problems }),
    ...members,
  };
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type('application/problem+json').send(problem);
}
