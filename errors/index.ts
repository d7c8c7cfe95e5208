export { ERROR_CODES, type ErrorCode } from './codes.ts';
export { didYouMean, nearest } from './nearest.ts';
export { type InputProblem, ShadowplaneError, type ShadowplaneErrorOptions } from './shadowplane-error.ts';
