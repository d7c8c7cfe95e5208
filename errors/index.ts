export { ERROR_CODES, type ErrorCode } from './codes.ts';
export { type InputProblem, ShadowplaneError, type ShadowplaneErrorOptions } from './shadowplane-error.ts';
