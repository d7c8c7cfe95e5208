import { ERROR_CODES, type ErrorCode } from './codes.ts';

/** One thing that is wrong with an input, at one place in it. */
export interface InputProblem {
  /** Where, as dotted path with indices: `mirrors.orders.segments.employes`. Empty for the whole input. */
  readonly path: string;
  /** What is wrong and, where one is near, the right thing. */
  readonly message: string;
  /** Position in the text the input came from; lines and columns count from 1. */
  readonly line?: number;
  readonly column?: number;
}

export interface ShadowplaneErrorOptions extends ErrorOptions {
  readonly problems?: readonly InputProblem[];
}

/**
 * The one error class that crosses room borders. `code` is stable (docs/errors.md lists all of them); HTTP status and
 * exit code follow from it.
 */
export class ShadowplaneError extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly InputProblem[];

  constructor(code: ErrorCode, message: string, options: ShadowplaneErrorOptions = {}) {
    super(message, options);
    this.name = 'ShadowplaneError';
    this.code = code;
    this.problems = options.problems ?? [];
  }

  /** HTTP status that the API answers with. */
  get httpStatus(): number {
    return ERROR_CODES[this.code].httpStatus;
  }

  /** Exit code of the command line: 1 failed, 2 wrong usage or configuration. */
  get exitCode(): 1 | 2 {
    return ERROR_CODES[this.code].exitCode;
  }
}
