export { ERROR_SPECS, type ErrorCode, type ErrorSpec } from './codes.ts';
export { CoveyError, InvariantError, invariant } from './covey-error.ts';
