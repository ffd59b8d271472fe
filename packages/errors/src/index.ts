export { CoveyError, invariant, InvariantError } from './covey-error.ts';
export { ERROR_SPECS, type ErrorCode, type ErrorSpec } from './codes.ts';
